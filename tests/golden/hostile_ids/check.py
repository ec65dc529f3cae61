assert len(models) == 16
paths = {
    model_id: module.__name__.partition(".models.")[2]
    for model_id, module in models.items()
}
assert paths["import/class"] == "import_.class_"
assert paths["../x"] == "model_u002e_u002e.x"
assert paths["golden/None"] == "golden.none"
assert paths["golden/4K"] == "golden.model_4k"
assert paths["golden/Hailuo Video 01 Live"] == "golden.hailuo_video_01_live"
assert paths["__class__/__init__"] == "class__.init__"
assert paths["golden/v1.5"] == "golden.v1_5"
for model_id, module in models.items():
    assert module.Input(prompt="x").payload() == {"prompt": "x"}
    assert module.Input.MODEL_ID == model_id

devices = {"con", "prn", "aux", "nul"} | {
    f"{port}{n}" for port in ("com", "lpt") for n in range(10)
}
assert not devices & {name for path in paths.values() for name in path.split(".")}
