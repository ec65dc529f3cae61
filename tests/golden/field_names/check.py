WIRE = """payload extended model_config model_fields model_dump copy json schema validate
construct list dict int str float bool type object Literal Field Annotated Any ClassVar
OneOf Rule Input Output MODEL_ID RULES SCHEMA_SHA256 _x __class__ __init__ class None
True import match self cls fields ſ width×height 241_positive_prompt promptText
HTTPServer2URL seed🎲 日本 - $ref""".split() + [
    "a b"
]

names = {field.alias or name: name for name, field in model.Input.model_fields.items()}
assert sorted(names) == sorted(WIRE)
assert all(name.isascii() and name.isidentifier() for name in names.values())

body = {wire: number for number, wire in enumerate(WIRE, 2)}
assert model.Input(**body).payload() == body
by_name = model.Input(**{names[wire]: number for wire, number in body.items()})
assert by_name.payload() == body
assert by_name.copy_ == body["copy"]
assert model.Input().payload() == {}

for wire in WIRE:
    with pytest.raises(ValueError) as refused:
        model.Input(**{names[wire]: "no number"})
    (problem,) = refused.value.report.problems
    assert problem.pointer == "/" + wire, wire
    if wire != "self":
        with pytest.raises(ValueError, match="is a declared field"):
            model.Input().extended(**{wire: 1})
