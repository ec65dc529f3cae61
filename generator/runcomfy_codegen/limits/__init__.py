"""Stated limits: read from ``limits/``, checked against the published words and the schema."""
