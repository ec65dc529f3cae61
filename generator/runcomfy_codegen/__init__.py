"""Published RunComfy model schemas in, typed Python clients out.

The pipeline is a function: published text -> ``Document`` -> IR -> ``{path: text}``.
ARCHITECTURE.md maps the rooms; only ``cli`` prints, asks, writes or exits.
"""

__version__ = "0.1.0"
