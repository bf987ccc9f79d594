"""The front door: one command line, whose commands are imported only when they are run.

Commands of offline jobs live in `training/commands`, those of the service in
`service/commands`; the service's image has no training packages, so nothing of training may
be imported before one of its commands is asked for.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from models.errors import ShopkeeperError

# Command name -> (module, attribute, the line shown by --help). Help is kept here so that
# listing the commands imports none of them.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo-store": (
        "training.commands.demo_store",
        "demo_store",
        "Generate a believable shop to try things on.",
    ),
    "train": (
        "training.commands.train",
        "train",
        "Read orders, fit the models, judge them, publish the artifact.",
    ),
    "evaluate": (
        "training.commands.evaluate",
        "evaluate",
        "Compare every method and the service's own answers on the same customers.",
    ),
    "evaluate-plans": (
        "training.commands.evaluate_plans",
        "evaluate_plans",
        "Walk finished cycles: how good forecasts and plan nudges would have been.",
    ),
    "recommend": (
        "training.commands.recommend",
        "recommend",
        "Write recommendations for many customers to a file.",
    ),
    "nudge": (
        "training.commands.nudge",
        "nudge",
        "Write who should move to which plan, from their usage, to a file.",
    ),
    "value": ("training.commands.value", "value", "Write what each customer is worth to a file."),
    "publish": ("training.commands.artifacts", "publish", "Make an artifact the current one."),
    "rollback": ("training.commands.artifacts", "rollback", "Go back to the artifact published before."),
    "artifacts": ("training.commands.artifacts", "artifacts", "List the artifacts and which one is current."),
    "ledger": ("service.commands.ledger", "ledger", "What the ledger holds, and forgetting what is old."),
    "offers": (
        "service.commands.offers",
        "command",
        "Write the offers of a campaign for an audience to a file.",
    ),
    "uplift": (
        "service.commands.uplift",
        "command",
        "Compare customers with personal recommendations with those held out.",
    ),
    "keys": ("service.commands.keys", "keys", "Who may call the service, and with which scopes."),
    "serve": ("service.commands.serve", "serve", "Serve recommendations over HTTP."),
}


class FrontDoor(click.Group):
    """A click group that knows its commands by name and imports one when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        try:
            command: click.Command = getattr(importlib.import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.split(".")[0] in ("config", "models", "service", "training"):
                raise
            raise click.ClickException(
                f"`shopkeeper {cmd_name}` needs the package {error.name!r}: pip install 'shopkeeper[train]'"
            ) from error
        except ImportError as error:
            if "libgomp" not in str(error):
                raise
            raise click.ClickException(
                f"`shopkeeper {cmd_name}` needs OpenMP (Debian: apt-get install libgomp1): {error}"
            ) from error
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ShopkeeperError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(error.exit_code)


@click.group(cls=FrontDoor, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shopkeeper")
def main() -> None:
    """Shopkeeper: knows what goes with what, and says why.

    Start with `shopkeeper demo-store --out var/demo` and `shopkeeper train --config
    var/demo/shop.toml`, or read README.md for your own orders.
    """


if __name__ == "__main__":
    main()
