"""`python -m bench.compare BEFORE AFTER`: what changed between two saved runs."""

from pathlib import Path

import click

from bench.results import Figure, saved
from watcher.errors import UsageError


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
def main(before: Path, after: Path) -> None:
    """Medians of both, and whether the change is larger than the spread of each."""
    try:
        click.echo(table(saved(before), saved(after)))
    except UsageError as error:
        raise click.ClickException(f"{error}\n  {error.hint}") from error


def table(before: dict[str, Figure], after: dict[str, Figure]) -> str:
    """A line a figure that both have; then what only one of them has."""
    shared = [name for name in after if name in before]
    wide = max((len(name) for name in shared), default=0)
    lines = [f"{'':<{wide}}{'before':>12}{'after':>12}  {'':<11}{'change':>8}"]
    for name in shared:
        old, new = before[name], after[name]
        change = new.median / old.median - 1 if old.median else float("nan")
        medians = f"{old.median:>12,.5g}{new.median:>12,.5g}"
        lines.append(f"{name:<{wide}}{medians}  {new.unit:<11}{change:>+8.1%}  {verdict(old, new)}")
    lines += [f"only before: {name}" for name in before if name not in after]
    lines += [f"only after: {name}" for name in after if name not in before]
    return "\n".join(lines)


def verdict(old: Figure, new: Figure) -> str:
    """`better` or `worse` where the middle halves of the two do not overlap; else nothing can be said."""
    if old.quantile(0.25) <= new.quantile(0.75) and new.quantile(0.25) <= old.quantile(0.75):
        return "within the spread"
    return "better" if (new.median > old.median) == (new.better == "more") else "worse"


if __name__ == "__main__":
    main()
