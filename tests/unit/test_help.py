"""--help of both programs needs no other page: each command, option and argument is explained."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from train.cli import cli as training
from watcher.cli import cli as watching
from watcher.epilogs import GROUP_EPILOG

WITH_EXAMPLES = {"run", "predict", "requeue", "export", "find", "report", "review"}


def commands(group: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group, with its full name."""
    assert isinstance(group, click.Group)
    for name, command in group.commands.items():
        yield f"{group.name} {name}", command


OURS = [*commands(watching), *commands(training)]
EVERY = pytest.mark.parametrize(("name", "command"), OURS, ids=[name for name, _ in OURS])
WATCHERS = pytest.mark.parametrize(("name", "command"), [*commands(watching)], ids=watching.commands)


def page(command: click.Command) -> str:
    """Its help, as wide as it likes."""
    return command.get_help(click.Context(command, max_content_width=10_000, terminal_width=10_000))


@EVERY
def test_each_command_has_a_line_in_the_list(name: str, command: click.Command) -> None:
    """A whole sentence, that is not cut off."""
    line = command.get_short_help_str(limit=70)
    assert line.endswith(".")
    assert "..." not in line


@EVERY
def test_each_option_is_explained(name: str, command: click.Command) -> None:
    """With its default, where it has one that is no switch's."""
    for option in command.params:
        if not isinstance(option, click.Option):
            continue
        assert option.help, option.name
        has_default = option.default not in (None, False, (), click.core.UNSET) and not option.is_flag
        assert option.show_default or "default" in option.help.lower() or not has_default, option.name


@EVERY
def test_each_argument_is_explained(name: str, command: click.Command) -> None:
    """The text speaks of it: by its name, or by what it is called on the first line."""
    for argument in command.params:
        if isinstance(argument, click.Argument):
            word = (argument.metavar or str(argument.name)).split("_")[0].strip("…s.").lower()
            assert word in str(command.help).lower(), argument.name


@WATCHERS
def test_each_command_of_the_watcher_says_its_exit_codes(name: str, command: click.Command) -> None:
    """At its end; examples before them, where somebody will want some, each of that very command."""
    ending = str(command.epilog)
    assert "Exit codes: 0 done, " in ending
    examples = [line for line in ending.splitlines() if line.startswith("  ")]
    assert examples or name.split()[1] not in WITH_EXAMPLES
    assert [] == [line for line in examples if name not in line]
    assert [] == [line for line in page(command).splitlines() if "Examples:" in line and line.strip() != "Examples:"]


@WATCHERS
def test_the_examples_are_calls_that_the_command_takes(
    name: str, command: click.Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their options exist, their values are of the right kind."""
    monkeypatch.chdir(tmp_path)
    Path("ledger-backup.sqlite3").touch()
    for line in str(command.epilog).splitlines():
        if line.startswith("  "):
            call = line.partition(name)[2].split(" | ")[0].split(" > ")[0].split(" || ")[0].rstrip(")")
            command.make_context(name, [word.strip("'") for word in call.split()])


def test_both_programs_say_all_exit_codes() -> None:
    """The same."""
    assert [GROUP_EPILOG] * 2 == [watching.epilog, training.epilog]
