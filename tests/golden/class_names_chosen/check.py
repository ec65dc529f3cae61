given = {"a": {"b_c": {"x": 1}}, "a_b": {"c": {"y": "z"}}}
assert model.Input(**given).payload() == given
assert model.Input(other={"c": {"y": "z"}}).other.c.y == "z"
