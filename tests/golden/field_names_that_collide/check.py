assert list(models) == ["golden/alone"]
assert model.Input(a_b="x").payload() == {"a-b": "x"}
