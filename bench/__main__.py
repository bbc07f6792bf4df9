"""`python -m bench`: how fast it is, beside the bare floor and what people write themselves. One table, and JSON."""

from pathlib import Path

import click

from bench.backlog import race, table
from bench.pictures import KINDS
from bench.results import Results


@click.command()
@click.option("--pictures", default=10_000, show_default=True, help="Pictures in each round.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--kind", "kinds", type=click.Choice(list(KINDS)), multiple=True, help="Only these; repeatable.")
@click.option("--out", type=click.Path(path_type=Path), help="Also as JSON, for `python -m bench.compare`.")
def main(pictures: int, rounds: int, kinds: tuple[str, ...], out: Path | None) -> None:
    """Time a backlog: inbox to durable row and archive."""
    results = Results(f"python -m bench --pictures {pictures} --rounds {rounds}")
    click.echo(results.heading())
    for kind in kinds or KINDS:
        found = race(kind, KINDS[kind], pictures, rounds)
        results.figures += found
        click.echo(f"\n{table(kind, found)}")
    if out is not None:
        results.save(out)


if __name__ == "__main__":
    main()
