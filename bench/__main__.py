"""`python -m bench`: how fast it is, beside the bare floor and what people write themselves. One table, and JSON."""

from pathlib import Path

import click

from bench.backlog import race, table
from bench.command import out_option, spelled
from bench.pictures import KINDS, SMALL
from bench.results import Results


@click.command()
@click.option("--pictures", default=10_000, show_default=True, help="Pictures in each round.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--kind", "kinds", type=click.Choice(list(KINDS)), multiple=True, default=tuple(SMALL), show_default=True)
@out_option
def main(pictures: int, rounds: int, kinds: tuple[str, ...], out: Path | None) -> None:
    """Time a backlog: inbox to durable row and archive."""
    results = Results(spelled())
    click.echo(results.heading())
    for kind in (KINDS[name] for name in kinds):
        raced = race(kind, pictures, rounds)
        results.figures += [figure for one in raced for figure in (one.rate, one.processor)]
        click.echo(f"\n{table(kind.title, raced)}")
    if out is not None:
        results.save(out)


if __name__ == "__main__":
    main()
