"""What changed between two sets of models: facts, without an opinion."""
