given = {"meta": {"x": 1}, "model": {"x": 2}, "a": {"b_c": {"x": 3}}, "class": {"x": 4}}
assert model.Input(**given).payload() == given
# The input and the output both have an object called `meta`; they are two classes.
assert type(model.Input(meta={"x": 1}).meta) is not type(
    model.Output.read({"meta": {}}).meta
)
with pytest.raises(ValueError, match="meta.x is required"):
    model.Input(meta={"y": "1"})
assert model.Output.read({"meta": {"y": "z"}}).meta.y == "z"
