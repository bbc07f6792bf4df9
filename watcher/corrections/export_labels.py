"""`export --labels`: what people said of pictures, with the pictures, as a folder that training takes."""

import hashlib
import os
import re
import shutil
import stat
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from watcher import bars
from watcher.backup import require_ledger
from watcher.beneath import open_beneath
from watcher.config import Config
from watcher.corrections.labels import Correction
from watcher.durable import rename_new, sync_filesystem, sync_folders
from watcher.errors import SurroundingsError, UsageError
from watcher.fresh_file import refuse_our_own, unwritten
from watcher.moments import parse_moment
from watcher.questions import Questions
from watcher.recognition.formats import PICTURE_SUFFIXES
from watcher.records import Record
from watcher.rows import readable_name, safe_cell, to_csv

COLUMNS = (
    "file", "label", "id", "arrived_as", "status", "prediction", "confidence", "reason", "model", "by", "at", "sha256",
)  # fmt: skip
PICTURES = "pictures"
_ID = re.compile(r"[0-9a-f-]{36}")  # `repair` takes ids from files that anybody may have written
_PIECE = 1 << 20  # bytes
_GONE, _CHANGED = "not at their places any more", "changed since they were read"


def export_labels(config: Config, folder: Path, *, since: str | None, until: str | None) -> None:
    """Write labels.csv and copies of the pictures that people said something of that holds, and say how many.

    since, until: when it was said, as `parse_moment` takes it. The folder appears whole or not at all. Raises
    UsageError where it is there already, or nothing was said, SurroundingsError where it cannot be written.
    """
    if os.path.lexists(folder):
        raise UsageError(f"{folder} is there already", hint="Name a folder that is not there yet.")
    refuse_our_own(config, folder)
    require_ledger(config)
    now, zone = datetime.now(UTC), config.archive.zone
    begin, end = (None if moment is None else parse_moment(moment, now, zone) for moment in (since, until))
    with closing(Questions(config.ledger_path)) as questions:
        said = questions.what_holds(begin, end)
        if not said:
            raise UsageError("people have said nothing of any picture", hint=_hint(begin, end))
        with _fresh_folder(folder) as temporary:
            written, left_out = _write(questions, os.fsencode(config.outbox), said, temporary)
    click.echo(f"{folder}: {written:,} labelled {'picture' if written == 1 else 'pictures'}", err=True)
    for why, number in sorted(left_out.items()):
        click.echo(f"left out: {number:,} more, {why}", err=True)


def _hint(begin: str | None, end: str | None) -> str:
    if begin or end:
        return "Not at that time; leave --since and --until away."
    return "Correct or confirm some with `digit-watcher review`."


@contextmanager
def _fresh_folder(folder: Path) -> Iterator[Path]:
    """A folder that gets its name when all is in it and on disk; gone where that fails."""
    temporary = folder.with_name(f".digit-watcher-{uuid.uuid4()}")
    try:
        temporary.mkdir()
        yield temporary
        descriptor = os.open(temporary, os.O_RDONLY | os.O_DIRECTORY)
        try:
            sync_filesystem(descriptor)
        finally:
            os.close(descriptor)
        rename_new(os.fsencode(temporary), os.fsencode(folder))
        sync_folders([os.fsencode(folder.absolute().parent)])
    except FileExistsError as error:
        raise UsageError(f"{folder} is there already", hint="Name a folder that is not there yet.") from error
    except OSError as error:
        raise unwritten(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write(questions: Questions, outbox: bytes, said: list[Correction], folder: Path) -> tuple[int, Counter[str]]:
    """Each picture, then its line; gives how many there are, and how many were left out, by why."""
    written, left_out = 0, Counter[str]()
    (folder / PICTURES).mkdir()
    with open(folder / "labels.csv", "xb") as table:
        table.write(to_csv(COLUMNS))
        for one in bars.each(said, "pictures", "export"):
            if questions.was_read_again(one.picture):
                continue  # its new record has taken the word over
            record = questions.find(one.picture)
            name = _name(record) if record else ""
            why = _copied(outbox, record, folder / PICTURES / name) if record and name else _GONE
            if record and not why:
                table.write(to_csv(_cells(name, record, one)))
                written += 1
            else:
                left_out[why] += 1
    return written, left_out


def _name(record: Record) -> str:
    """The copy's: of the id, and of a suffix that says what kind of picture it is; "" for an id that is none."""
    suffix = os.path.splitext(os.fsdecode(record.archived_to))[1].lower()
    if not _ID.fullmatch(record.id):
        return ""
    return record.id + (suffix if suffix in PICTURE_SUFFIXES else "")


def _copied(outbox: bytes, record: Record, target: Path) -> str:
    """Copy a picture; gives why not where it is gone or another one, and "" where it was copied."""
    try:
        source = open_beneath(outbox, record.archived_to, os.O_RDONLY)
    except FileNotFoundError:
        return _GONE
    except OSError as error:
        raise SurroundingsError(
            f"cannot read {readable_name(record.archived_to)} in the outbox: {error.strerror}",
            hint="Say it as the daemon's user.",
        ) from error
    with open(source, "rb") as file:
        if not stat.S_ISREG(os.fstat(source).st_mode):
            return _GONE
        digest = hashlib.sha256()
        with open(target, "xb") as copy:
            while piece := file.read(_PIECE):
                digest.update(piece)
                copy.write(piece)
    # Of what was too large to be read nobody knows the hash.
    if record.verdict.sha256 in ("", digest.hexdigest()):
        return ""
    target.unlink()
    return _CHANGED


def _cells(name: str, record: Record, one: Correction) -> tuple[str, ...]:
    v = record.verdict
    confidence = "" if v.confidence is None else str(v.confidence)
    return (
        name, one.label, record.id, safe_cell(readable_name(record.claim.file)), v.status, v.prediction or "",
        confidence, v.reason or "", safe_cell(record.model), safe_cell(one.by), one.at, v.sha256,
    )  # fmt: skip
