"""A table of prompts becomes a table of files: one job for each row, none paid twice.

    python table.py prompts.csv results.csv

The columns of the table are the fields of the model; an empty cell is left to the server's
default. A wrong row gets a message in its column ``error`` and stops no other row. If the program
is stopped, start it again: it goes on where it was.
"""

import csv
import sys
from pathlib import Path
from typing import Any

from runcomfy_client import InputRejected, Result, RunComfy, RunComfyError
from runcomfy_client.models.google.nano_banana_2_lite import text_to_image

Row = dict[str, Any]


def read(path: Path) -> list[Row]:
    """The rows of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def input_of(row: Row) -> text_to_image.Input:
    """The input of a row. Empty cells are left out."""
    given = {name: cell for name, cell in row.items() if cell not in ("", None)}
    return text_to_image.Input(**given)


def run(rows: list[Row], name: str, journal: Path) -> list[Row]:
    """Run each row. Returns the rows with the columns ``job``, ``files`` and ``error``."""
    done = [{**row, "job": "", "files": "", "error": ""} for row in rows]
    inputs: list[text_to_image.Input] = []
    places: list[int] = []
    for place, row in enumerate(rows):
        try:
            inputs.append(input_of(row))
            places.append(place)
        except InputRejected as error:
            done[place]["error"] = "; ".join(p.message for p in error.problems)
    with RunComfy(journal=journal) as client:
        batch = client.map(
            inputs,
            name=name,
            concurrency=16,
            ordered=False,
            return_exceptions=True,
            progress=True,
        )
        with batch:
            for outcome in batch:
                if not isinstance(outcome, (Result, RunComfyError)):
                    raise outcome  # a mistake in this program
                row = done[places[outcome.index]]
                if isinstance(outcome, Result):
                    row["job"] = outcome.request_id
                    row["files"] = " ".join(file.url for file in outcome.files)
                else:
                    row["error"] = str(outcome)
    return done


def write(path: Path, rows: list[Row]) -> None:
    """Write a table, all at once."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    part.replace(path)


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    results = run(read(source), source.stem, target.with_suffix(".journal.db"))
    write(target, results)
    wrong = sum(bool(row["error"]) for row in results)
    print(f"{len(results) - wrong} rows done, {wrong} with an error")
