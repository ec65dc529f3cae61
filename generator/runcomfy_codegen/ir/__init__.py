"""Values that pass between the stages: documents, diagnostics, models, types.

Frozen and printable. They need only the standard library and the tables of the
runtime, and know no programming language, disk or terminal.
"""
