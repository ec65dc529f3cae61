short, longer, longest = models.values()
assert longer.__name__ == short.__name__ + ".draft"
assert "fps" not in short.Input.model_fields
assert longer.Input(fps=3).payload() == {"fps": 3}
assert [each.Input.MODEL_ID for each in (short, longer, longest)] == list(models)
names = {"MODEL_ID", "RULES", "SCHEMA_SHA256", "Input", "InputParams", "Output"}
assert all(names <= {*dir(each)} for each in models.values())
