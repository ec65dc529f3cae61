given = model.Input(a_b="1", a_dot_b="2", items="3")
assert given.payload() == {"a-b": "1", "a.b": "2", "list": "3"}
