"""The `export` command: all rows anew from the ledger, as the daemon writes them."""

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from watcher import bars
from watcher.backup import require_ledger
from watcher.config import Config
from watcher.corrections.labels import corrected
from watcher.errors import SurroundingsError
from watcher.fresh_file import fresh_file, refuse_our_own
from watcher.questions import Questions
from watcher.rows import CSV_HEADER, csv_line, json_line

FORMATS = {"csv": (CSV_HEADER, csv_line), "jsonl": (b"", json_line)}


def export_command(config: Config, out: Path, form: str, *, overwrite: bool, as_corrected: bool = False) -> None:
    """Write the rows to a file, or to standard output where it is called `-`. as_corrected: as people set them right.

    Raises UsageError for a file that makes no sense, SurroundingsError where ledger or file fail.
    """
    if out == Path("-"):
        require_ledger(config)
        _print(_rows(config.ledger_path, form, as_corrected, drawn=not sys.stdout.isatty()))
        return
    refuse_our_own(config, out)
    require_ledger(config)
    written = -1  # the header, or nothing, is no row
    with fresh_file(out, overwrite=overwrite, mode=0o644) as temporary, open(temporary, "wb") as file:
        for row in _rows(config.ledger_path, form, as_corrected, drawn=True):
            file.write(row)
            written += 1
    click.echo(f"{out}: {written:,} {'row' if written == 1 else 'rows'}", err=True)


def _rows(ledger: Path, form: str, as_corrected: bool, *, drawn: bool) -> Iterator[bytes]:
    """The header, then a line each, one by one: a ledger may hold more than fits in memory. drawn: with a bar."""
    header, line = FORMATS[form]
    yield header
    with closing(Questions(ledger)) as questions, bars.bar(questions.last_seq(), "rows", "export", drawn=drawn) as bar:
        for record, label in questions.labelled_after(0):
            yield line(corrected(record, label) if as_corrected and label else record)
            bar.update(record.seq - bar.n)  # some may be missing: retention took them out


def _print(rows: Iterator[bytes]) -> None:
    for row in rows:
        try:
            sys.stdout.buffer.write(row)
        except BrokenPipeError:
            raise  # whoever read it has gone
        except OSError as error:
            raise SurroundingsError(f"cannot write the rows: {error.strerror}", hint="Is there room?") from error
    sys.stdout.flush()
