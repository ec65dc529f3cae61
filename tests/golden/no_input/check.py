assert list(models) == ["golden/no-input/none", "golden/no-input/required"]
assert models["golden/no-input/none"].Input().payload() == {}
assert models["golden/no-input/required"].Input(a="x").payload() == {"a": "x"}
with pytest.raises(ValueError, match="b is not a field of this model"):
    models["golden/no-input/none"].Input(b=1)
