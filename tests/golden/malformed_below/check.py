model = models["golden/malformed-below"]
for given in (
    {"any_of": {"any": 1}},
    {"one_of": 1},
    {"any_text": [1]},
    {"any_none": 1},
    {"any_number": 5},
    {"one_null": None},
    {"both": "ab"},
    {"map": {"a": [1]}},
    {"members": {"a": 1}},
    {"huge": 1e300},
    {"step": 0.3},
    {"long": "a" * 1000},
    {"twice": 2},
):
    assert model.Input(**given).payload() == given
for given in ({"both": 1}, {"both": "a"}, {"twice": 1}, {"twice": "a"}, {"map": 1}):
    with pytest.raises(ValueError):
        model.Input(**given)

# What an output schema lacks costs no client: every output can be read.
for each in models.values():
    assert each.Output.model_validate({"image": ["https://a.test/1.png"]}).model_dump()
