"""One parser a file, each a generator of byte requests (see ``parser``)."""
