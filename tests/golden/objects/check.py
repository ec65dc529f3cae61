one = {"path": "https://x/y.safetensors", "scale": 0.5, "layer-name": "all"}
Input = model.Input

given = Input(
    loras=[one, {"path": "p"}], camera={"move": {"pan": 1, "tilt": 2}, "payload": "x"}
)
assert given.payload() == {
    "loras": [one, {"path": "p"}],
    "camera": {"move": {"pan": 1, "tilt": 2}, "payload": "x"},
}
assert given.loras[0].layer_name == "all"
assert given.loras[1].scale is None
assert given.camera.move.pan == 1

part = model.LorasItemPart(path="p", layer_name="all")
assert Input(loras=[part]).payload() == {"loras": [{"path": "p", "layer-name": "all"}]}

for pointer, wrong in (
    ("/loras/0/path", {"loras": [{}]}),
    ("/loras/1/scale", {"loras": [one, {"path": "p", "scale": 3}]}),
    ("/loras/0/layer-name", {"loras": [{"path": "p", "layer-name": 1}]}),
    ("/loras/0/width", {"loras": [{"path": "p", "width": 1}]}),
    ("/loras", {"loras": [{"path": "p"}] * 3}),
    ("/camera/move", {"loras": [], "camera": {}}),
    ("/camera/move/pan", {"loras": [], "camera": {"move": {"pan": "1"}}}),
    ("/weights/a", {"loras": [], "weights": {"a": -1}}),
    ("/nested_map/k/x", {"loras": [], "nested_map": {"k": {}}}),
    ("/empty/x", {"loras": [], "empty": {"x": 1}}),
    ("/either/x", {"loras": [], "either": {"x": "1"}}),
):
    with pytest.raises(ValueError) as refused:
        Input(**wrong)
    assert [problem.pointer for problem in refused.value.report.problems] == [pointer]

for extra in (
    {"free": {"any": [1, None, {"deep": True}]}},
    {"free_listed": {}},
    {"weights": {"a": 1, "b": 0.5}},
    {"nested_map": {"k": {"x": 1}}},
    {"empty": {}},
    {"maybe": {"x": 1}},
    {"either": {"x": 1}},
    {"either": "text"},
    {"extra_text": {"x": 1, "y": "z"}},
):
    assert Input(loras=[], **extra).payload() == {"loras": [], **extra}
