Input = model.Input


def accepts(**given):
    assert Input(**given).payload() == given
    (sent,) = Input(**given).payload().values()
    assert isinstance(sent, bool) is isinstance(*given.values(), bool)


def refuses(pointer, **given):
    with pytest.raises(ValueError) as refused:
        Input(**given)
    assert [problem.pointer for problem in refused.value.report.problems] == [pointer]


for given in (
    {"frames": 241},
    {"flag": 0},
    {"flag": 1},
    {"signed": -1},
    {"scale": 0.5},
    {"scale": 1},
    {"scale": 2},
    {"mixed": "auto"},
    {"mixed": 5},
    {"mixed": True},
    {"mixed": 1},
    {"durations": "10"},
    {"only": "one"},
    {"fixed": 7},
    {"yes": True},
    {"listed": [1, 2]},
    {"listed": {"a": 1}},
    {"case": "720P"},
    {"twice": "b"},
    {"impossible": 3},
    {"empty": "anything"},
    {"many": [1, 2, 1]},
    {"bounded": 5},
):
    accepts(**given)
for name, value in (
    ("frames", 122),
    ("frames", "121"),
    ("frames", True),
    ("flag", 2),
    ("signed", 1),
    ("scale", True),
    ("scale", 1.5),
    ("scale", "1"),
    ("mixed", "5"),
    ("mixed", False),
    ("mixed", 0),
    ("durations", 5),
    ("only", "two"),
    ("fixed", 8),
    ("fixed", "7"),
    ("yes", False),
    ("yes", 1),
    ("listed", [2, 1]),
    ("listed", [True, 2]),
    ("case", "720"),
    ("impossible", "a"),
    ("none_left", "a"),
    ("none_left", 12),
    ("const_beside_enum", "a"),
    ("const_not_in_enum", "a"),
    ("bounded", 9),
    ("const_beside_enum", "b"),
    ("const_beside_enum", 1),
    ("const_in_enum", "a"),
    ("const_not_in_enum", "c"),
):
    refuses(f"/{name}", **{name: value})
refuses("/many/1", many=[1, "2"])
refuses("/many/1", many=[1, True])
refuses("/flag", flag=True)
refuses("/flag", flag=False)
refuses("/many/0", many=[3])
