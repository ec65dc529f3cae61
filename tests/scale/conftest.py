"""The project of the command line's tests, here too."""

from cli.conftest import project as project
from cli.conftest import shell as shell
