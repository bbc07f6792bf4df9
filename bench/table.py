"""The table that most commands print: a line a figure, as soon as it is there."""

from collections.abc import Callable

import click

from bench.results import Figure, Results

_NAME, _SPREAD = 56, 17
_MANY = 100  # values, from which on the hundredth part of them says something


class Table:
    """Prints the heading, then every figure that is added, and keeps it in the results."""

    def __init__(self, results: Results) -> None:
        self._results = results
        click.echo(f"{results.heading()}\n\n{HEADER}")

    def add(self, *figures: Figure, note: Callable[[Figure], str] = lambda _: "") -> None:
        """Show and keep them. note: more to be said of each, at the end of its line."""
        self._results.figures += figures
        for figure in figures:
            click.echo(row(figure) + note(figure))


HEADER = f"{'':<{_NAME}}{'median':>9}  {'lowest–highest':^{_SPREAD}}{'p99':>8}  {'of':>6}"


def row(figure: Figure) -> str:
    """Name and unit, median, spread where there is one, the 99th percentile of many, how many values."""
    values, name = figure.values, f"{figure.name}, {figure.unit}"
    spread = f"{short(min(values)):>8}–{short(max(values)):<8}" if len(values) > 1 else ""
    late = short(figure.quantile(0.99)) if len(values) >= _MANY else ""
    return f"{name:<{_NAME}}{short(figure.median):>9}  {spread:<{_SPREAD}}{late:>8}  {len(values):>6,}"


def short(value: float) -> str:
    """Three figures or a little more: 0.42, 7.31, 42.5, 1,234."""
    return f"{value:,.{0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2}f}"
