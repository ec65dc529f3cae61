from golden_client.models.golden.flux import extend
from golden_client.models.golden.flux.extend import draft

extend.Input(prompt="x")
draft.Input(fps=3)
