"""The names that templates use are public: none is lost, and none comes without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from runcomfy_codegen.workspace.render_context import dumped_context
from support.command_line import Shell, entry

NAMES = Path(__file__).with_name("template_names.txt")
"""The names at each place of a context, ``place: names``."""
SCHEMAS = Path(__file__).parents[2] / "schemas"
OWN_TEMPLATE = """{% extends "shipped/model.jinja" %}
{% block more %}


# {{ view.model.input.demanded | join(" ") }}
# {{ view.model.input.fields[0].rule_places | length }}
{% for field in view.model.published_output.fields %}
# {{ view.model.published_output.name }} {{ field.name }} {{ field.type.name }}
{% endfor %}
{% endblock %}
"""


def names_by_place(value: Any, place: str = "") -> dict[str, set[str]]:
    """The names of every object in JSON values, by the names that lead there."""
    found: dict[str, set[str]] = {}
    inner: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        found[place or "(top)"] = {*value}
        inner = [(f"{place}.{name}".lstrip("."), each) for name, each in value.items()]
    if isinstance(value, list):
        inner = [(f"{place}[]", each) for each in value]
    for below, each in inner:
        for where, names in names_by_place(each, below).items():
            found.setdefault(where, set()).update(names)
    return found


def test_the_context_of_a_module_has_these_names_and_no_others() -> None:
    context = dumped_context("bytedance/dreamina-4-0/edit", schemas=SCHEMAS)
    lines = (line.split(": ") for line in NAMES.read_text("utf-8").splitlines())
    expected = {place: {*names.split()} for place, names in lines}
    assert names_by_place(context) == expected


def test_a_template_can_use_every_name_of_the_model(shell: Shell) -> None:
    part = {"type": "object", "properties": {"aUrl": {"type": "string"}}}
    document = entry(text={"type": "string"}) | {
        "output_schema": {"type": "object", "properties": {"firstFile": part}}
    }
    document["input_schema"]["required"] = ["seed"]
    shell.write("catalog.json", [document])
    shell.write("templates/model.jinja", OWN_TEMPLATE)
    shell.write("runcomfy-codegen.toml", 'template_dir = "templates"\n')
    shell("import", "catalog.json")
    answer = shell("generate", "--output", "client")
    assert answer.code == 0, answer.err
    [module] = (
        text.decode()
        for name, text in shell.files("client").items()
        if name.endswith("text_to_image.py")
    )
    assert "# seed\n# 0\n\n# Output first_file OutputFirstFilePart\n" in module
