for name, good, bad in (
    ("steps", 1, 0),
    ("steps", 50, 51),
    ("cfg", 0, -0.1),
    ("cfg", 1.5, 1.6),
    ("open", 0.5, 0),
    ("open", 0.999, 1),
    ("fraction", 1, 0),
    ("fraction", 2, 3),
    ("open_fraction", 1, 0),
    ("open_fraction", 2, 3),
    ("both", 4, 3),
    ("even", 2, 3),
    ("halves", 1.5, 1.4),
    ("integer_halves", 3, 2),
    ("any_integer", 7, "7"),
    ("seed", 18446744073709551615, 2**64),
    ("seed", -1, -2),
    ("upper", 1, "x"),
    ("never_multiple", 3, None and 0 or "3"),
    ("wrong_bound", -5, 1.5),
    ("huge", 1e299, 1e301),
):
    assert model.Input(**{name: good}).payload() == {name: good}
    with pytest.raises(ValueError, match=name):
        model.Input(**{name: bad})
for name in ("steps", "cfg"):
    for wrong in (True, False, "1", [1], {}, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=name):
            model.Input(**{name: wrong})
assert "At least" not in (model.Input.__doc__ or "")
assert model.Input().payload() == {}
