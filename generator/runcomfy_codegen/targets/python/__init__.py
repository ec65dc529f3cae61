"""The Python target: a typed client package."""
