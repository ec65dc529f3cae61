"""``balance``: what is left in the wallet of the account."""

from __future__ import annotations

import click

from .console import print_json, say
from .followed_job import connected
from .options import SchemasOptions, format_option, schemas_options


@click.command("balance")
@format_option
@schemas_options
def command(where: SchemasOptions, form: str) -> None:
    """Print the balance of the account. It may be zero or negative.

    Reads the token from RUNCOMFY_TOKEN, and the server from RUNCOMFY_BASE_URL.
    """
    with connected() as client:
        balance = client.balance()
    if form == "json":
        exact = {"balance_microdollars": balance.microdollars}
        print_json({"balance_usd": balance.usd, **exact, "currency": balance.currency})
        return
    say(f"{balance.usd:.2f} {balance.currency}")
