"""Does one schema accept every value that another accepts? Yes, no with a witness, or unsure
with the reason. ``is_subschema`` answers it for types, ``media_rules`` for files."""
