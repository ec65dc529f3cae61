"""Fetching parts of media files from untrusted servers, and only from public addresses."""
