"""Where bytes come from. Each driver hands a parser what it wants, and nothing else."""
