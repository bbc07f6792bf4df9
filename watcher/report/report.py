"""The `report` command: what the ledger and the pictures say of a period, as a page or as JSON."""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from watcher import __version__, bars
from watcher.backup import require_ledger
from watcher.config import Config
from watcher.errors import SurroundingsError, UsageError
from watcher.fresh_file import fresh_file, refuse_our_own
from watcher.moments import parse_moment
from watcher.ownership import as_owner_of
from watcher.report.asked import ReportQuestions, Rows, Shown
from watcher.report.cards import Cards, Look, dealt
from watcher.report.figures import Figures, counted
from watcher.report.page import Report, page
from watcher.report.period import pieces
from watcher.report.plain import as_json
from watcher.rows import readable_name
from watcher.viewing.pictures import view_of
from watcher.viewing.viewer import Viewer

PICTURES = 60  # that a page shows, where nothing else is said
LONGEST = 256  # pixels of an embedded picture's longer side
_OURS = b'<meta name="generator" content="digit-watcher '


def report_command(
    config: Config, out: Path, *, since: str | None, until: str | None, pictures: int, plain: bool, overwrite: bool
) -> None:
    """Write the report to a file, or to standard output where it is called `-`.

    pictures: how many are shown at most. plain: as JSON, without pictures. Raises UsageError for a file or a time that
    makes no sense, SurroundingsError where ledger or file fail.
    """
    printed = out == Path("-")
    if not printed:
        (refuse_our_own if overwrite else refuse_others)(config, out)
    require_ledger(config)
    now = datetime.now(UTC)
    rows = _rows(config, now, since, until)
    made = reported(config, rows, now, 0 if plain else pictures)
    data = as_json(made) if plain else page(made)
    if printed:
        _print(data)
        return
    with fresh_file(out, overwrite=overwrite or _is_a_report(out), mode=0o644) as temporary:
        temporary.write_bytes(data)
    click.echo(f"{out}: {made.figures.rows:,} rows, {len(data):,} bytes", err=True)


def refuse_others(config: Config, out: Path) -> None:
    """Raise UsageError where a page must not be written there, or over what is there."""
    refuse_our_own(config, out)
    if out.exists() and not _is_a_report(out):
        raise UsageError(
            f"{out} exists, and is no report", hint="Name another file; or `digit-watcher report` has --overwrite."
        )


def report_of_run(config: Config, recorded: int, out: Path) -> None:
    """Write the page of the last run, which recorded so many rows. Raises as `report_command` does."""
    with _asking(config) as questions:
        rows = questions.newest(recorded)
    made = replace(reported(config, rows, datetime.now(UTC), PICTURES), run=True)
    with fresh_file(out, overwrite=_is_a_report(out), mode=0o640) as temporary:
        temporary.write_bytes(page(made))


def _rows(config: Config, now: datetime, since: str | None, until: str | None) -> Rows:
    first, last = (text and parse_moment(text, now, config.archive.zone) for text in (since, until))
    if first and last and last <= first:
        raise UsageError(f"--until {until} is not behind --since {since}", hint="Give a period that has a length.")
    return Rows(first, last)


def reported(config: Config, rows: Rows, now: datetime, pictures: int) -> Report:
    """What there is to say of these rows. pictures: how many are shown; half of them may be of rows that wait."""
    zone = config.archive.zone
    with _asking(config) as questions, questions.at_one_moment():
        ends = _ends(questions, rows, now)
        figures = _figures(questions, rows, ends, config) if ends else Figures()
        waiting, latest = _shown(questions, rows, pictures)
    with _looking(config) as look:
        cards = dealt(waiting, latest, look, zone) if waiting or latest else Cards()
    since, until = (moment.astimezone(zone) for moment in ends) if ends else (None, None)
    inbox, outbox = (readable_name(os.fsencode(folder)) for folder in (config.inbox, config.outbox))
    return Report(inbox, outbox, now.astimezone(zone), __version__, figures, cards, since, until)


@contextmanager
def _asking(config: Config) -> Iterator[ReportQuestions]:
    # Root would leave files beside the ledger that the daemon may not open.
    with (
        as_owner_of(config.state_folder),
        closing(ReportQuestions(config.ledger_path)) as questions,
        bars.waiting("add up the rows") as tick,
    ):
        questions.call_now_and_then(tick)
        yield questions


def _ends(questions: ReportQuestions, rows: Rows, now: datetime) -> tuple[datetime, datetime] | None:
    """The period: as it was asked for, else from the first row to the last; None where that is nothing."""
    found = [datetime.fromisoformat(moment) for moment in questions.ends(rows) or ()]
    first = datetime.fromisoformat(rows.since) if rows.since else min(found, default=None)
    last = datetime.fromisoformat(rows.until) if rows.until else now if rows.since else max(found, default=None)
    return (first, min(last, max(now, *found, first))) if first and last and first <= last else None


def _figures(
    questions: ReportQuestions, rows: Rows, ends: tuple[datetime, datetime], config: Config
) -> Figures:  # fmt: skip
    cut = pieces(*ends, config.archive.zone)
    return replace(
        counted(questions.groups(rows, cut.place()), cut.begins), unit=cut.unit,
        open_reviews=questions.open_reviews(rows), read_again=questions.read_again(rows),
        judged=questions.judged(rows), latency=questions.latency(rows),
    )  # fmt: skip


def _shown(questions: ReportQuestions, rows: Rows, most: int) -> tuple[list[Shown], list[Shown]]:
    waiting = questions.waiting(rows, most)
    latest = questions.latest(rows, max(most // 2, most - len(waiting)))
    return waiting[: most - len(latest)], latest


@contextmanager
def _looking(config: Config) -> Iterator[Look]:
    reading = config.reading

    def rights() -> AbstractContextManager[object]:
        return as_owner_of(config.state_folder)

    with Viewer(reading.max_pixels, reading.max_bytes, reading.seconds_per_picture, longest=LONGEST) as viewer:
        yield lambda record: view_of(viewer, config.outbox, record, reading.max_bytes, rights)


def _is_a_report(path: Path) -> bool:
    """Whether it is one that we wrote, which the next one may replace."""
    try:
        with open(path, "rb") as file:
            return _OURS in file.read(2048)
    except OSError:
        return False


def _print(data: bytes) -> None:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        raise  # whoever read it has gone
    except OSError as error:
        raise SurroundingsError(f"cannot write the report: {error.strerror}", hint="Is there room?") from error
