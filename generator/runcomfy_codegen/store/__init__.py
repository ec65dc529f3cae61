"""Published documents on disk, verbatim: ``schemas/<model id>/<locale>.json``."""
