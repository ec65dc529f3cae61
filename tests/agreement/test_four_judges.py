"""Client, sandbox, JSON Schema output and OpenAPI output decide alike about any document.

``jsonschema-rs``, which calculates with exact decimals, is the independent judge: of the
published schema, and of both outputs. Every disagreement is a failure, except these:

- null in an optional field that has no null is accepted by the client, and not sent;
- where a keyword is not supported (``Model.unknown``), all four are wider than the published
  schema, and equal to each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from random import Random

import pytest

from agreement.judges import Judges, make_judges
from agreement.random_documents import random_documents, random_input

MODELS, DOCUMENTS = 100, 200
TIMES_AS_MANY = 50


def random_judges(number: int, seed: int) -> Iterator[Judges]:
    """Random models with their judges."""
    choices = Random(seed)
    return make_judges([random_input(choices) for _ in range(number)])


def disagreements(models: int, documents: int, seed: int) -> Iterator[str]:
    for number, each in enumerate(random_judges(models, seed)):
        choices = Random(f"{seed} {number}")
        schema = json.loads(each.schema, parse_float=Decimal)
        for given in random_documents(choices, schema, documents):
            said = each.disagreement(given)
            if said:
                yield f"{each.schema}\n  {given!r}\n  {said}"


def test_every_judge_decides_alike(request: pytest.FixtureRequest) -> None:
    long = request.config.getoption("--long")
    for seed in range(TIMES_AS_MANY if long else 1):
        assert list(disagreements(MODELS, DOCUMENTS, seed)) == []


def test_the_documents_are_of_both_kinds() -> None:
    """The agreement is about something: a good part of the documents is valid."""
    answers = [
        each.sent(given) is not None
        for each in random_judges(10, 0)
        for given in random_documents(Random(1), json.loads(each.schema), 50)
    ]
    assert 0.2 < sum(answers) / len(answers) < 0.8
