"""``python -m runcomfy_codegen``: the same as the command ``runcomfy-codegen``."""

from .cli import main

if __name__ == "__main__":
    main()
