"""The `find` command: rows of the results as the ledger has them, and what people say of them."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from typing import NamedTuple

import click
from pydantic_core import from_json

from watcher.backup import require_ledger
from watcher.choice import Choice, Fit
from watcher.colours import coloured
from watcher.config import Config
from watcher.database import open_database
from watcher.ownership import as_owner_of
from watcher.questions import Questions
from watcher.recognition.verdict import percent
from watcher.records import Record
from watcher.rows import CSV_HEADER, csv_line, json_line, readable_name

_END = "\r\n"


class Row(NamedTuple):
    """A record. state: of its picture, as in the ledger; label: what people say of it, None where they said nothing."""

    record: Record
    state: str
    label: str | None


def find_command(config: Config, choice: Choice, *, last: int | None, form: str, labelled: bool) -> None:
    """Print the rows that fit, the oldest first, as lines for people, as CSV or as JSON lines.

    last: only so many of them, from the end. labelled: only those of which people said something. Raises
    SurroundingsError where the ledger cannot be read.
    """
    require_ledger(config)
    header, line = FORMS[form]
    click.echo(header, nl=False)
    none = True
    with as_owner_of(config.state_folder), closing(Questions(config.ledger_path)) as questions:
        for row in _rows(config, questions, choice, last, labelled=labelled):
            click.echo(line(row))
            none = False
    if none:
        click.echo("No row fits.", err=True)


def _rows(config: Config, questions: Questions, choice: Choice, last: int | None, *, labelled: bool) -> Iterator[Row]:
    with closing(open_database(config.ledger_path, read_only=True)) as db:
        rows = (_row(questions, fit) for fit in choice.among(db, questions.last_seq()))
        wanted = islice((row for row in rows if row and (row.label or not labelled)), choice.limit)
        yield from wanted if last is None else deque(wanted, maxlen=last)


def _row(questions: Questions, fit: Fit) -> Row | None:
    record = questions.place_of(fit.id)  # None: retention has forgotten it meanwhile
    return record and Row(record, fit.state, questions.label_of(fit.id))


def _as_text(row: Row) -> str:
    v, at = row.record.verdict, row.record.processed_at[:19].replace("T", " ")
    sure = "" if v.confidence is None else percent(v.confidence)
    said = "" if row.label is None else f"  people: {row.label}"
    return (
        f"{at}  {coloured(f'{v.status:10}')}  {v.prediction or '-'}  {sure:>8}  {v.reason or '':18}"
        f"  {readable_name(row.record.claim.file)}  (id {row.record.claim.id}){said}"
    )


def _as_csv(row: Row) -> str:
    return f"{csv_line(row.record).decode().removesuffix(_END)},{row.state},{row.label or ''}\r"


def _as_json(row: Row) -> str:
    found = from_json(json_line(row.record)) | {"state": row.state, "label": row.label}
    return json.dumps(found, ensure_ascii=False)


FORMS: dict[str, tuple[str, Callable[[Row], str]]] = {
    "text": ("", _as_text),
    "csv": (f"{CSV_HEADER.decode().removesuffix(_END)},state,label{_END}", _as_csv),
    "jsonl": ("", _as_json),
}
