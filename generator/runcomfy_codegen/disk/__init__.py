"""What happens on a disk: folders listed, files read with a cap, changed all at once, locked."""
