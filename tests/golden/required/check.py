# A default on a required field is a sample: the field must still be given.
with pytest.raises(ValueError) as refused:
    model.Input()
assert [problem.pointer for problem in refused.value.report.problems] == [
    "/prompt",
    "/duration",
]
assert model.Input(prompt="x", duration=1).payload() == {"prompt": "x", "duration": 1}
assert all(
    field.is_required() or field.default is None
    for field in model.Input.model_fields.values()
)
