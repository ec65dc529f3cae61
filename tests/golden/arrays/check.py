for given in (
    {"anything": [1, None, {"x": []}]},
    {"images": ["https://x/y"]},
    {"videos": []},
    {"counted": [0, 1, 2]},
    {"exactly": ["a", "b"]},
    {"unique": [1, True, "1", [1], {"a": 1}]},
    {"unique_parts": [{"x": 1}, {"x": 2}]},
    {"matrix": [[1, 0.5], []]},
    {"boolean_items": [1]},
    {"tuple_items": ["a", 1]},
):
    assert model.Input(**given).payload() == given
for pointer, wrong in (
    ("/anything", {"anything": "x"}),
    ("/images/0", {"images": [1]}),
    ("/images", {"images": ["a", "b", "c"]}),
    ("/counted", {"counted": []}),
    ("/counted", {"counted": [1, 2, 3, 4]}),
    ("/counted/1", {"counted": [1, -1]}),
    ("/counted/0", {"counted": [True]}),
    ("/exactly", {"exactly": ["a"]}),
    ("/unique", {"unique": [1, 1.0]}),
    ("/unique", {"unique": [{"a": 1, "b": 2}, {"b": 2, "a": 1}]}),
    ("/unique_parts", {"unique_parts": [{"x": 1}, {"x": 1}]}),
    ("/matrix/0", {"matrix": [[1, 2, 3]]}),
    ("/matrix/0/1", {"matrix": [[1, "2"]]}),
):
    with pytest.raises(ValueError) as refused:
        model.Input(**wrong)
    assert [problem.pointer for problem in refused.value.report.problems] == [
        pointer
    ], wrong

# What goes over the wire belongs to the caller: changing it changes no input.
given = model.Input(counted=[1, 2])
given.payload()["counted"].append(3)
assert given.payload() == {"counted": [1, 2]}
