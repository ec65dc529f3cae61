"""The published dialect of JSON Schema: its meta-schema, its keywords, its rule language."""
