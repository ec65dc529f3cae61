"""What fields of media take, as type checkers see it. Checked by mypy and pyright, never run."""

from __future__ import annotations

from pathlib import Path

from runcomfy_client import AsyncRunComfy, RunComfy, inline
from runcomfy_client.models.bytedance.dreamina_4_0 import edit

URL = "https://example.com/a.jpg"


def lists_of_urls_and_files(urls: list[str], files: list[Path]) -> None:
    edit.Input(image_urls=urls, prompt="a")
    edit.Input(image_urls=files, prompt="a")
    edit.Input(image_urls=[URL, inline("b.png")], prompt="a")
    edit.Input(image_urls=[Path("b.png"), Path("c.png")], prompt="a")
    edit.Input(image_urls=[URL, Path("b.png")], prompt="a")
    edit.Input(image_urls=(URL, Path("b.png")), prompt="a")
    edit.Input(image_urls=tuple(files), prompt="a")
    mixed: list[str | Path] = [*urls, *files]
    edit.Input(image_urls=mixed, prompt="a")


def no_text_is_a_list_and_no_number_a_file() -> None:
    edit.Input(image_urls=URL, prompt="a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    edit.Input(image_urls=Path("b.png"), prompt="a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    edit.Input(image_urls=[1], prompt="a")  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    edit.Input(image_urls=[URL], prompt=Path("b.png"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def hosted(path: Path) -> str:
    return f"https://example.com/{path.name}"


async def hosted_later(path: Path) -> str:
    return hosted(path)


def clients_that_take_files() -> None:
    RunComfy(local_files="inline")
    RunComfy(host=hosted)
    AsyncRunComfy(host=hosted)
    AsyncRunComfy(host=hosted_later)
    RunComfy(local_files="upload")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    RunComfy(host=hosted_later)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
