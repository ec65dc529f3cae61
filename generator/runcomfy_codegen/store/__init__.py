"""Published documents on disk: ``schemas/<model id>/<locale>.json``, word for word."""
