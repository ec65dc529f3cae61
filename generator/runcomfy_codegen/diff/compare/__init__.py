"""What changed between two sets of models, as facts without a verdict."""
