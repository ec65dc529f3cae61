from golden_client.models.golden.outputs import audio, missing, nested

one = missing.Output.read({})
image: str | list[str] | None = one.image
heard: str | list[str] | None = audio.Output.read({}).audio
for file in nested.Output.read({}).files or []:
    url: str | list[str] | None = file.url
