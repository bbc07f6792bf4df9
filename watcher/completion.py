"""The `completion` command of both programs: what a shell needs to complete their commands."""

import os

import click

from watcher.epilogs import epilog
from watcher.errors import UsageError

# How to put it to use. A script that zsh finds by itself must begin with its own first line: this goes to the end.
_USES = {
    "bash": ("source <({program} completion bash)",
             "{program} completion bash > ~/.local/share/bash-completion/completions/{program}"),
    "zsh": ("source <({program} completion zsh)      (after compinit)",
            "{program} completion zsh > DIR/_{program}      (DIR: one of $fpath)"),
    "fish": ("{program} completion fish | source",
             "{program} completion fish > ~/.config/fish/completions/{program}.fish"),
}  # fmt: skip


@click.command(
    short_help="Print what completes commands in your shell.",
    epilog=epilog(
        "source <(digit-watcher completion bash)",
        "digit-watcher completion fish > ~/.config/fish/completions/digit-watcher.fish",
        codes=(0, 2),
    ),
)
@click.argument("shell", required=False, type=click.Choice(list(_USES)))
@click.pass_context
def completion(context: click.Context, shell: str | None) -> None:
    """Print a script for SHELL (default: the one in $SHELL) that completes commands, options and their values.

    Its last lines say how to put it to use, for this once or for good.
    """
    click.echo(script(context.find_root().command, shell or _own_shell()))


def script(program: click.Command, shell: str) -> str:
    """Click's script for a program of that name, and how to put it to use."""
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    kind, name = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}[shell], str(program.name)
    variable = f"_{name}_COMPLETE".replace("-", "_").upper()
    now, always = (use.format(program=name) for use in _USES[shell])
    return f"{kind(program, {}, name, variable).source().rstrip()}\n\n# Now: {now}\n# Always: {always}"


def _own_shell() -> str:
    own = os.path.basename(os.environ.get("SHELL", ""))
    if own not in _USES:
        raise UsageError(
            f"which shell? $SHELL is {own!r}" if own else "which shell? $SHELL is not set",
            hint=f"Name one of {', '.join(_USES)}.",
        )
    return own
