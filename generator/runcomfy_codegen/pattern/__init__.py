"""Published regular expressions: read as ECMA-262, matched by an engine of linear time.

``reader`` parses a pattern as ``new RegExp(pattern, "u")`` does and knows only the syntax that
it lists. ``engine`` writes the parse tree for pydantic's engine, compiles it, and matches.
No published pattern ever reaches a backtracking engine.
"""
