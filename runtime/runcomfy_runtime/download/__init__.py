"""Fetching output files: whole or not at all, resumed where they broke off."""
