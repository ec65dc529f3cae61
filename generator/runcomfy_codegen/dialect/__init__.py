"""The published dialect of JSON Schema: its meta-schema, its words, its rule language."""
