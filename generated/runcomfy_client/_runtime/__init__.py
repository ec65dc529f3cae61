"""The request lifecycle, rules and errors that every generated client shares.

This package is copied, unchanged, into each generated client as ``_runtime``.
It imports only relatively, and it needs nothing of the generator.
"""
