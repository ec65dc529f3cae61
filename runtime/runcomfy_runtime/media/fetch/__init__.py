"""Fetching pieces of media from strangers' servers without being led anywhere else."""
