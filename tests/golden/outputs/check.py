audio, empty, malformed, missing, nested = models.values()
# Nothing is known of what comes: any kind may.
every = ["image", "images", "video", "videos", "audio", "audios"]
for unknown in (missing, malformed, empty):
    assert unknown.Output.__name__ == "ModelOutput"
    assert list(unknown.Output.model_fields) == every

one = missing.Output.read(
    {"image": ["https://x/a.png"], "images": "https://x/b.png", "audio": "u"}
)
assert (one.image, one.images, one.audio) == (
    ["https://x/a.png"],
    "https://x/b.png",
    "u",
)

told = audio.Output.read(
    {"audio": "u", "seed": 3, "has_nsfw": False, "status": "grown"}
)
assert (told.audio, told.seed, told.has_nsfw, told.status) == ("u", 3, False, "grown")

found = nested.Output.read(
    {
        "files": [{"url": ["a", "b"], "more": 1}],
        "read": "r",
        "copy": "c",
        "width×height": "wh",
    }
)
assert found.files[0].url == ["a", "b"]
assert found.files[0].more == 1
assert (found.read_, found.copy_, found.width_height) == ("r", "c", "wh")

# A paid result that does not fit is not an exception.
for module in models.values():
    for odd in (
        {},
        None,
        [],
        "text",
        3,
        {"image": 5},
        {"files": "x"},
        {"seed": -1},
        {"images": {"a": []}},
    ):
        assert isinstance(module.Output.read(odd), module.Output)
assert nested.Output.read({"files": "odd"}).files == "odd"
