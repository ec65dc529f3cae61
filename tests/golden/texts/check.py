for name, good, bad in (
    ("prompt", "ab", "a"),
    ("prompt", "🎲" * 5, "🎲" * 6),
    ("searched", "abc", "ac"),
    ("anchored", "abc", "aBc"),
    ("ahead", "nope", 1),
    ("broken", "((", 1),
    ("no_text", "x", 5),
    ("none", "", 0),
    ("exactly", "é", ""),
    ("negative", "x", None and 0 or 1),
    ("whole", "abc", "abcd"),
    ("unknown_format", "no email", []),
):
    assert model.Input(**{name: good}).payload() == {name: good}
    with pytest.raises(ValueError, match=name):
        model.Input(**{name: bad})
