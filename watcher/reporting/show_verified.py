"""`status --verify` in words: what was counted, and what is not as it should be."""

import json
import os
from collections.abc import Iterator

import click

from watcher import bars
from watcher.backup import require_ledger
from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.reporting.diagnosis import size
from watcher.reporting.verify import Findings, named, verify
from watcher.rows import readable_name


def show_verified(config: Config, *, as_json: bool) -> int:
    """Compare, with a bar on a terminal, and print what was found; gives 0, or 4 where something is lost.

    Raises SurroundingsError where ledger or outbox cannot be read.
    """
    require_ledger(config)
    with bars.bar(None, "records", "compare") as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        try:
            found = verify(config.ledger_path, os.fsencode(config.outbox), show)
        except OSError as error:
            where = readable_name(os.fsencode(error.filename or config.outbox))
            raise SurroundingsError(
                f"cannot look at {where}: {error.strerror}", hint="Say it as the daemon's user, or as root."
            ) from error
    if as_json:
        click.echo(json.dumps(_as_json(found), indent=1, ensure_ascii=False))
    else:
        for line in _lines(found):
            click.echo(line)
    return 0 if found.well else SurroundingsError.exit_code


def _as_json(found: Findings) -> dict[str, object]:
    places = {key: [readable_name(one) for one in getattr(found, key)] for key in ("absent", "changed", "unknown")}
    return {
        "well": found.well, "results": found.results, "records": dict(found.records), "files": found.files,
        "bytes": found.size, "rows": found.rows, "came_meanwhile": found.came, "wrong": found.wrong, **places,
    }  # fmt: skip


def _lines(found: Findings) -> Iterator[str]:
    states = ", ".join(f"{n:,} {state}" for state, n in sorted(found.records.items()))
    yield f"records  {found.records.total():,}" + (f" ({states})" if states else "")
    yield f"files    {found.files:,} in archive/ and rejected/, {size(found.size)}"
    rows = ", ".join(f"{n:,} in {name}" for name, n in found.rows.items())
    yield f"rows     {rows}, with those that were set aside; {found.results:,} results"
    for title, places, what in (
        ("absent", found.absent, "not where the ledger has them"),
        ("changed", found.changed, "of another size than when they were read"),
        ("unknown", found.unknown, "in archive/ or rejected/ that no record has there"),
    ):
        if places:
            yield f"{title:8} {len(places):,} {what}"
            yield from (f"         {name}" for name in named(places))
    yield from (f"wrong    {sentence}" for sentence in found.wrong)
    if found.came:
        yield f"         {found.came:,} results came meanwhile"
    yield (
        "Every picture is where the ledger has it." if found.well else "Something is not where it should be: see above."
    )
