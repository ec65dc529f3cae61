"""Stated limits: what a description says and no keyword of the schema does."""
