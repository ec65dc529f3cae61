from golden_client.models.golden.five_k import upper
from golden_client.models.golden.model_5k import task

upper.Input(prompt="x")
task.Input(prompt="x")
