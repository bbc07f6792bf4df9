"""Colours on a terminal: they underline words that say the same without them."""

import os

import click

_OF_WORD = {
    "ok": "green", "warn": "yellow", "FAIL": "red", "trouble": "red", "note": "yellow", "review": "yellow",
    "unreadable": "red",
}  # fmt: skip


def coloured(word: str) -> str:
    """The word, in its colour if it has one; click takes that away again where none is wanted."""
    colour = _OF_WORD.get(word.strip())
    return click.style(word, fg=colour) if colour else word


def _decide(context: click.Context, _: click.Parameter, when: str) -> None:
    context.color = {"always": True, "never": False}.get(when, _by_surroundings())


def _by_surroundings() -> bool | None:
    """False: never, by https://no-color.org or as the terminal knows none; None: where the output is a terminal."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    expose_value=False,
    callback=_decide,
    help="Colours; auto: on a terminal, unless NO_COLOR is set.",
)
