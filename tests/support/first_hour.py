"""The mistakes of a first hour: command lines, and what the tool must answer."""

from __future__ import annotations

from typing import NamedTuple

from support.command_line import Answer, Shell, entry

PAINTER = "acme/painter/text-to-image"
IMAGE = {"type": "string", "format": "image_uri"}
FRAMER = entry(
    "acme/framer",
    image=IMAGE,
    tags={"type": "array", "items": {"type": "string"}},
    size={"type": "string", "enum": ["small", "large"]},
    fast={"type": "boolean"},
)
TOKENS = dict.fromkeys(
    ("RUNCOMFY_TOKEN", "RUNCOMFY_API_TOKEN", "RUNCOMFY_API_KEY", "YOUR_API_TOKEN"), ""
)
NOWHERE = {**TOKENS, "RUNCOMFY_BASE_URL": "http://127.0.0.1:9"}
WITH_TOKEN = {**NOWHERE, "RUNCOMFY_TOKEN": "rc-secret-0123"}


class Mistake(NamedTuple):
    """A command line, its exit code, and words of its answer: what is wrong, what to do."""

    call: str
    code: int
    words: tuple[str, ...]
    environment: dict[str, str] = NOWHERE


def wrong(
    call: str, code: int, *words: str, environment: dict[str, str] = NOWHERE
) -> Mistake:
    return Mistake(call, code, words, environment)


MISTAKES = [
    # Commands and options.
    wrong("modles", 2, "no command 'modles'", "did you mean 'models'?"),
    wrong("serve", 2, "did you mean 'sandbox'?"),
    wrong("list", 2, "did you mean 'models'?"),
    wrong("xyzzy", 2, "no command 'xyzzy'", "--help` lists them"),
    wrong("jobs settel x", 2, "no command 'settel'", "did you mean 'settle'?"),
    wrong("limits sugest", 2, "no command 'sugest'", "did you mean 'suggest'?"),
    wrong("generate --model acme/*", 2, "No such option", "--models"),
    wrong("generate --out client", 2, "No such option", "--output"),
    wrong("show", 2, "Missing argument 'MODEL'", "for help"),
    wrong("import", 2, "Missing argument 'SOURCE...'", "for help"),
    wrong("lint --format xml", 2, "'xml' is not one of", "json"),
    wrong("completion powershell", 2, "'powershell' is not one of", "bash"),
    wrong("sandbox --port 99999", 2, "99999 is not in the range", "65535"),
    wrong("sandbox --port http", 2, "'http' is not a valid integer"),
    wrong("sandbox --port {busy}", 3, "port {busy} is not available", "--port 0"),
    wrong("sandbox --speed 0", 2, "--speed", "x>0"),
    wrong("run acme/framer --timeout 0 size=small", 2, "--timeout", "x>0"),
    wrong("generate --target java", 2, "'java' is not one of", "python"),
    wrong("help", 2, "did you mean '--help'?"),
    wrong("version", 2, "did you mean '--version'?"),
    # Models.
    wrong("show acme/paintr/text-to-image", 2, "no model", f"did you mean '{PAINTER}'"),
    wrong("show painter", 2, "no model 'painter'", PAINTER),
    wrong("show Acme/Framer", 2, "no model 'Acme/Framer'", "acme/framer"),
    wrong("show {url}", 2, "no model", "did you mean 'acme/singer'?"),
    wrong("show zzzz", 2, "no model 'zzzz'", "`runcomfy-codegen models` lists"),
    wrong("show kling*", 2, "no model matches 'kling*'"),
    wrong("models zzzz", 2, "no model matches 'zzzz'", "lists all"),
    wrong("models --category text-to-imag", 2, "did you mean 'text-to-image'?"),
    wrong("models --kind workflow", 2, "no model has the kind 'workflow'", "model"),
    wrong("generate --models acme/nothing", 2, "no model matches 'acme/nothing'"),
    wrong("lint --select nonsense", 2, "no code matches 'nonsense'"),
    wrong(
        "show acme/framer --locale en-GB", 2, "no document is in 'en-GB'", "known: en"
    ),
    # Inputs.
    wrong("run acme/framer", 2, "no input for acme/framer", "@input.json"),
    wrong("validate acme/framer", 2, "no input for acme/framer", "@input.json"),
    wrong(f"run {PAINTER} A_boat", 2, "A_boat: no such file", "prompt=…"),
    wrong(f"run {PAINTER} promt=x", 1, 'did you mean "prompt"?', "/prompt"),
    wrong(f"run {PAINTER} steps=5", 1, "/prompt: error:", "required"),
    wrong(f"run {PAINTER} prompt=x steps=many", 1, "/steps", "must be an integer"),
    wrong(f"run {PAINTER} prompt=x steps=1.5", 1, "/steps", "must be an integer"),
    wrong(f"run {PAINTER} prompt=x steps=99", 1, "/steps", "at most 50"),
    wrong(f"run {PAINTER} prompt=x prompt=y", 2, "given twice"),
    wrong(f"run {PAINTER} --prompt x", 2, "without dashes: prompt=…"),
    wrong("validate acme/framer --aspect-ratio=1", 2, "dashes: aspect_ratio=…"),
    wrong(f"run {PAINTER} prompt = x", 2, "without blanks: prompt=…"),
    wrong(f"run {PAINTER} {{{{}}}}", 2, "no such file", "with - from standard input"),
    wrong(f"run {PAINTER} in.json prompt.txt", 2, "one document at most", "key=value"),
    wrong(f"run in.json {PAINTER}", 2, "is a file, not a model", f"{PAINTER} in.json"),
    wrong(f"run {PAINTER} missing.json", 2, "missing.json: no such file"),
    wrong(f"run {PAINTER} schemas", 2, "schemas is a folder"),
    wrong(f"run {PAINTER} prompt.txt", 2, "prompt.txt:1:1: not JSON"),
    wrong(f"run {PAINTER} list.json", 2, "the input of a model is a JSON object"),
    wrong(f"run {PAINTER} twice.json", 2, "/prompt is there twice"),
    wrong(f"run {PAINTER} prompt=@none.txt", 2, "none.txt: no such file", "key:=JSON"),
    wrong(f"run {PAINTER} prompt=@schemas", 2, "schemas: is a folder", "key:=JSON"),
    wrong(f"run {PAINTER} steps:=many", 2, "steps:=… is not JSON", "steps=…"),
    wrong("run acme/framer image=none.png", 1, '"none.png" does not exist'),
    wrong("run acme/framer image=prompt.txt", 1, "/image", "image, video or audio"),
    wrong("run acme/framer image=@empty.png", 1, "/image", "is empty"),
    wrong("run acme/framer size=huge", 1, "/size", "small"),
    wrong("run acme/framer fast=yes", 1, "/fast", "true or false"),
    wrong('run acme/framer tags:="a"', 1, "/tags", "list"),
    wrong("run acme/framer in.json", 1, "/prompt", "is not a field of this model"),
    wrong("run acme/framer size=small --sandbox --no-wait", 2, "--no-wait", "sandbox"),
    wrong("run acme/framer size=small --output in.json", 2, "in.json is a file"),
    # The token, the server, jobs.
    wrong("run acme/framer size=small", 3, "no RunComfy API token", "RUNCOMFY_TOKEN"),
    wrong("status req-1", 3, "no RunComfy API token", "RUNCOMFY_API_KEY"),
    wrong("result req-1", 3, "no RunComfy API token", "RUNCOMFY_TOKEN"),
    wrong("cancel req-1", 3, "no RunComfy API token", "RUNCOMFY_TOKEN"),
    wrong("pull", 3, "no RunComfy API token", "RUNCOMFY_TOKEN"),
    wrong("result req-1 --timeout 1", 3, "127.0.0.1:9", environment=WITH_TOKEN),
    wrong(
        *("status req-1", 2, "RUNCOMFY_BASE_URL", "https://host"),
        environment={**WITH_TOKEN, "RUNCOMFY_BASE_URL": "model-api.runcomfy.net"},
    ),
    wrong(
        "status a/b", 3, "neither a job token nor a request id", environment=WITH_TOKEN
    ),
    wrong("jobs", 2, "no journal", "--journal"),
    wrong("jobs --journal none.db", 2, "none.db: no such file"),
    wrong("jobs --journal mysql://h/db", 2, "postgresql"),
    # Files, folders, the configuration.
    wrong("import missing.html", 2, "missing.html: no such file"),
    wrong("import schemas", 2, "schemas is a folder", "give the files in it"),
    wrong("import http://example.com/x", 2, "only https URLs are allowed"),
    wrong("import prompt.txt", 1, "prompt.txt"),
    wrong("models --schemas notes", 0, "there is no model in", "import"),
    wrong("lint --schemas notes", 0, "is it your folder of schemas?"),
    wrong("generate --schemas in.json", 2, "'in.json' is a file"),
    wrong("generate --schemas nowhere", 2, "no folder of schemas at nowhere", "import"),
    wrong("generate --output in.json", 3, "in.json"),
    wrong(
        "generate --output schemas", 3, "holds other files", "Choose an empty folder"
    ),
    wrong("generate --config missing.toml", 2, "missing.toml", "No such file"),
    wrong("generate --config key.toml", 2, "did you mean 'schemas'?"),
    wrong("generate --config type.toml", 2, "'models' must be a list of strings"),
    wrong(
        "generate --config broken.toml", 2, "broken.toml: not TOML", "end of document"
    ),
    wrong("generate --config list.json", 2, "list.json: unknown key", "known: "),
    wrong("generate --client web", 2, "no client 'web'"),
    wrong("check --output nowhere", 1, "nowhere does not exist", "generate"),
    wrong("diff", 2, "Missing argument 'BASE'", "for help"),
    wrong("diff main", 2, "not a git repository", "folder"),
    wrong("sandbox --scenario none.toml", 2, "none.toml: no such file"),
    wrong("init --config key.toml", 2, "already has a configuration", "--config"),
    wrong("demo --output schemas", 3, "schemas is not empty"),
]


WRONG_FILES = {
    "in.json": {"prompt": "a boat"},
    "list.json": ["a boat"],
    "twice.json": '{"prompt": "a", "prompt": "b"}',
    "prompt.txt": "A boat on the sea\n",
    "empty.png": "",
    "notes/todo.md": "A boat.\n",
    "key.toml": "shemas = 'x'\n",
    "type.toml": "models = 'acme/*'\n",
    "broken.toml": "models = [\n",
}
NEVER = ("Traceback", "This is a bug", "rc-secret-0123")


def prepare(project: Shell) -> Shell:
    """A folder as a beginner leaves it: two models, and files of every wrong kind."""
    project.publish("schemas", FRAMER)
    for name, content in WRONG_FILES.items():
        project.write(name, content)
    return project


def words_of(mistake: Mistake, busy_port: int) -> list[str]:
    """The arguments of the call. ``busy_port`` is one that another program has."""
    return [word.format(**_places(busy_port)) for word in mistake.call.split(" ")]


def check_answer(mistake: Mistake, answer: Answer, busy_port: int) -> None:
    """The answer says what is wrong and what to do, and exits as it must."""
    said = answer.out + answer.err
    assert answer.code == mistake.code, said
    for words in mistake.words:
        assert words.format(**_places(busy_port)) in said, said
    for never in NEVER:
        assert never not in said


def _places(busy_port: int) -> dict[str, str]:
    singer = "https://www.runcomfy.com/models/acme/singer"
    return {"busy": str(busy_port), "url": singer}
