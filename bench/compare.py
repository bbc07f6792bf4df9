"""`python -m bench.compare BEFORE AFTER`: what changed between two saved runs."""

from pathlib import Path

import click

from bench.results import Figure, Results, saved
from bench.table import short
from watcher.errors import UsageError


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
def main(before: Path, after: Path) -> None:
    """Medians of both, and whether the change is larger than the spread of each."""
    try:
        old, new = saved(before), saved(after)
    except UsageError as error:
        raise click.ClickException(f"{error}\n  {error.hint}") from error
    for name, run in (("before", old), ("after", new)):
        click.echo(f"{name:<8}{run.facts.get('when', '?')}  {run.command}")
    click.echo("\n".join([*other_conditions(old, new), "", table(old, new)]))


def other_conditions(before: Results, after: Results) -> list[str]:
    """A line for all that was not the same, so that a change may come from there."""
    names = [name for name in after.facts if name != "when" and before.facts.get(name) != after.facts[name]]
    return [f"not the same {name}: {before.facts.get(name)} → {after.facts[name]}" for name in names]


def table(before: Results, after: Results) -> str:
    """A line a figure that both have; then what only one of them has."""
    olds, news = ({figure.name: figure for figure in run.figures} for run in (before, after))
    shared = [name for name in news if name in olds]
    wide = max((len(name) for name in shared), default=0)
    lines = [f"{'':<{wide}}{'before':>12}{'after':>12}  {'':<11}{'change':>8}"]
    for name in shared:
        old, new = olds[name], news[name]
        change = f"{new.median / old.median - 1:+.1%}" if old.median else "?"
        medians = f"{short(old.median):>12}{short(new.median):>12}"
        lines.append(f"{name:<{wide}}{medians}  {new.unit:<11}{change:>8}  {verdict(old, new)}")
    lines += [f"only before: {name}" for name in olds if name not in news]
    lines += [f"only after: {name}" for name in news if name not in olds]
    return "\n".join(lines)


def verdict(old: Figure, new: Figure) -> str:
    """`better` or `worse` where the middle halves of the two do not overlap; else nothing can be said."""
    if old.quantile(0.25) <= new.quantile(0.75) and new.quantile(0.25) <= old.quantile(0.75):
        return "within the spread"
    found = "better" if (new.median > old.median) == (new.better == "more") else "worse"
    return f"{found}, of one value each" if len(old.values) == len(new.values) == 1 else found


if __name__ == "__main__":
    main()
