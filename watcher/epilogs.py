"""What stands at the end of each command's help: examples, and the codes it may end with."""

from watcher.errors import ConfigError, ModelError, SurroundingsError, UsageError

_MEANINGS = {
    0: "done", UsageError.exit_code: "usage", ConfigError.exit_code: "config",
    SurroundingsError.exit_code: "surroundings", ModelError.exit_code: "model",
}  # fmt: skip
GROUP_EPILOG = """\b
Exit codes: 0 done, 1 a bug, 2 usage, 3 config, 4 surroundings (folders,
permissions, disk, another daemon), 5 model, 130 Ctrl-C."""


def epilog(*examples: str, codes: tuple[int, ...]) -> str:
    """For `click.command(epilog=…)`. examples: lines as one types them; codes: all that are no bug and no Ctrl-C."""
    said = "Exit codes: " + ", ".join(f"{code} {_MEANINGS[code]}" for code in codes) + "."
    blocks = ["\n".join(["Examples:", *(f"  {line}" for line in examples)])] if examples else []
    return "\n\n".join(f"\b\n{block}" for block in [*blocks, said])
