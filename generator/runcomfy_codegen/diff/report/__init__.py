"""Findings written down: for people, for machines, for pull requests. Nothing prints."""
