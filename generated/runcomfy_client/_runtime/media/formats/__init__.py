"""One format a file, each a generator of wants (see ``parser``)."""
