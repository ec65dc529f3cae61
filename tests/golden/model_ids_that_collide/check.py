assert list(models) == ["golden/8k/task"]
