"""watcher.colours: words are underlined where a terminal knows colours, and nobody asked for none."""

import os

import click
import pytest

from watcher.colours import color_option, coloured

RED = "\x1b[31mFAIL\x1b[0m: no\n"


@click.command()
@click.argument("descriptor", type=int)
@color_option
def program(descriptor: int) -> None:
    with open(descriptor, "w", encoding="ascii") as file:
        click.echo(coloured("FAIL") + ": no", file=file)


def output(monkeypatch: pytest.MonkeyPatch, *arguments: str, terminal: bool, **environment: str) -> str:
    """What the program prints, to a real terminal or into a pipe."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    reader, writer = os.openpty() if terminal else os.pipe()
    try:
        program.main([*arguments, str(os.dup(writer))], standalone_mode=False)
        return os.read(reader, 1000).decode().replace("\r\n", "\n")
    finally:
        os.close(reader)
        os.close(writer)


def test_a_terminal_has_colours_and_a_file_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words are the same."""
    assert (RED, "FAIL: no\n") == (output(monkeypatch, terminal=True), output(monkeypatch, terminal=False))


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"NO_COLOR": "0"}, {"TERM": "dumb"}])
def test_the_surroundings_may_want_none(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """NO_COLOR, whatever it says, or a terminal that knows none."""
    assert "FAIL: no\n" == output(monkeypatch, terminal=True, **environment)


def test_an_empty_no_color_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """As no-color.org has it."""
    assert RED == output(monkeypatch, terminal=True, NO_COLOR="")


def test_the_option_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the surroundings, and over what the output is: as for `| less -R`."""
    assert "FAIL: no\n" == output(monkeypatch, "--color", "never", terminal=True)
    assert RED == output(monkeypatch, "--color=always", terminal=False, NO_COLOR="1")


def test_other_words_are_as_they_were() -> None:
    """So is a path that is called so."""
    assert ("7.png", "results ") == (coloured("7.png"), coloured("results "))
