"""The life of a job as generators: they say what to do, a driver does it, none does I/O."""
