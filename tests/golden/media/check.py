assert [rule.pointer for rule in model.RULES] == [
    "/first_frame_image_url",
    *["/references/*"] * 4,
    "/picture",
    "/a~1b~0c~2/*",
    "/nested/masks/*/image",
]
limits = [(rule.metric, rule.operator, rule.limit) for rule in model.RULES[1:5]]
assert limits == [
    ("file_size_mb", "<", "4.7"),
    ("width/height", "<=", "3"),
    ("width/height", ">=", "0.33"),
    ("height_pixels", ">=", "320"),
]
assert all(rule.checkable for rule in model.RULES)
# A sample is never sent.
with pytest.raises(ValueError, match="clip is required"):
    model.Input()
assert model.Input(clip="https://x/mine.mp4").payload() == {
    "clip": "https://x/mine.mp4"
}
