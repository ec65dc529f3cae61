"""Reports: one neutral form for what commands find, and one writer for every format."""
