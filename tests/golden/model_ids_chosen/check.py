assert models["golden/5K/task"].__name__.endswith(".models.golden.five_k.upper")
assert models["golden/5k/task"].__name__.endswith(".models.golden.model_5k.task")
