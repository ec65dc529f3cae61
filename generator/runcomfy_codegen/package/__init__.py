"""A generated package on disk: its lock file, what would change in it, and how that is written."""
