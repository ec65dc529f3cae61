import json

EVIL = model.Input.model_fields["mode"].annotation.__args__[0].__args__[0]
assert EVIL.startswith('She said "hi"')
assert EVIL.endswith('\ufeff end"')
assert "{{ 7*7 }}" in EVIL
assert "\u2028" in EVIL
assert "\u202e" in EVIL

for value in (EVIL, '"', '"""', "\\", "", "\n", "\u2028", "x\x00y", "{{ 7*7 }}"):
    assert model.Input(mode=value).payload() == {"mode": value}
with pytest.raises(ValueError, match="mode must be one of"):
    model.Input(mode="49")

assert model.Input(quoted='"\'\n"""').payload() == {"quoted": '"\'\n"""'}
with pytest.raises(ValueError, match="must match the pattern"):
    model.Input(quoted="plain")

size, unread = model.RULES
assert size.message == EVIL
assert (size.pointer, size.metric, size.operator) == (
    "/image_url",
    "width_pixels",
    "<=",
)
assert not unread.checkable
assert unread.limit == EVIL
assert unread.message == "{{ 1/0 }}"

code, ended = [field.alias for field in model.Input.model_fields.values()][4:6]
assert (code, ended) == ('"]); raise SystemExit #', '\n"""\\')
assert model.Input(**{code: 1, ended: 2}).payload() == {code: 1, ended: 2}
braces = {"{{ 7*7 }}": {'"""': 3}}
assert model.Input(**braces).payload() == braces

told = " ".join(model.__doc__.split())
assert "{{ 7*7 }} {% raise %} {# no #} ${x} %s second line" in told
assert '"""three"""' in told
assert "\\N{BULLET}" in told
