needed = {
    "flagged": None,
    "listed": None,
    "any_of": None,
    "one_of": None,
    "chosen": None,
}
# A given None is sent where null is published, and nowhere else. What is not given is not sent.
assert model.Input(**needed).payload() == needed
made = model.Input(**needed, only_chosen=None, several=None, seed=None)
assert made.payload() == {**needed, "only_chosen": None, "several": None}
with pytest.raises(ValueError) as refused:
    model.Input()
assert [problem.pointer for problem in refused.value.report.problems] == [
    f"/{name}" for name in needed
]

for name, good, bad in (
    ("flagged", "x", 1),
    ("listed", 1, 0),
    ("any_of", "abc", "abcd"),
    ("one_of", 3, "3"),
    ("chosen", "a", "b"),
    ("only_chosen", "a", "b"),
    ("kept_out", "a", "b"),
    ("several", "x", 1.5),
    ("several", 3, True),
    ("both", 1.5, "x"),
    ("both", 2, True),
    ("items", ["x", None], [1]),
    ("optional", [None], [[]]),
    ("seed", 1, 1.5),
):
    assert model.Input(**{**needed, name: good}).payload() == {**needed, name: good}
    with pytest.raises(ValueError, match=name):
        model.Input(**{**needed, name: bad})
