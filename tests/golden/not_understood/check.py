for given in (
    {"odd_type": {"any": 1}},
    {"odd_list": 5},
    {"no_type": [None]},
    {"boolean_schema": 1},
    {"keyword": "a"},
    {"referred": 1},
    {"all_of": 1},
    {"not_this": 3},
    {"two_of": 1},
    {"typed_any": "all"},
    {"irrelevant": "x"},
    {"deep": {"x": 1}},
):
    assert model.Input(**given).payload() == given

# A rule is kept whatever becomes of it, and says whether it can be checked.
told = [
    (rule.metric, rule.operator, rule.limit, rule.checkable) for rule in model.RULES
]
assert told == [
    ("aspect", "<", "3", False),
    ("width_pixels~", "?", "3", False),
    ("width_pixels", "<", "wide", False),
    ("width_pixels", "<", "True", False),
    ("width_pixels", "<", "None", False),
    ("", "?", "None", False),
    ("width×height", "<=", "3", False),
    ("width*height", "<=", "4000000", True),
    ("width_pixels/height_pixels", "!=", "1.5", True),
]
assert model.RULES[0].message == "odd metric"

# Keywords next to `anyOf` apply too.
with pytest.raises(ValueError):
    model.Input(typed_any="long enough")
