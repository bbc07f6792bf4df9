"""Saying what a picture shows: handed to the daemon; where none runs, done in its place, under its lock."""

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime

from watcher.config import Config
from watcher.corrections.hearing import Hearing
from watcher.corrections.labels import LABELS, LONGEST_NAME, TAKEN_BACK, Said
from watcher.corrections.sheets import CorrectionFiles
from watcher.errors import SurroundingsError, UsageError
from watcher.identity import Marked
from watcher.ids import IdSource
from watcher.ledger import Ledger
from watcher.ownership import Lock, holder
from watcher.requests import Requests, request_corrections
from watcher.rows import printable
from watcher.times import written

STAND_IN_SECONDS = 1.0  # for results-corrected.csv; where it takes longer, `catch_up` or the next start makes it
_ids = IdSource()


def say(config: Config, labels: Sequence[tuple[str, str]], *, by: str) -> list[str]:
    """Hand in corrections (id of a picture, label), durably; gives their own ids, in the same order.

    A label is one of LABELS, or TAKEN_BACK. The daemon has them in its ledger some milliseconds later, and where none
    runs they are there when this ends. Raises UsageError for what is no label or no name, SurroundingsError where
    they cannot be handed in.
    """
    if not labels:
        return []
    for _, label in labels:
        if label not in (*LABELS, TAKEN_BACK):
            raise UsageError(f"{label!r} is no label", hint=f"Labels are {', '.join(LABELS)}; or empty: taken back.")
    name = printable(" ".join(by.split()))
    if not 0 < len(name) <= LONGEST_NAME:
        raise UsageError(f"{by!r} is no name", hint=f"Give one of 1 to {LONGEST_NAME} characters.")
    now = written(datetime.now(UTC), "milliseconds")
    said = [Said(_ids.new(), picture, label, name, now) for picture, label in labels]
    try:
        request_corrections(config.state_folder, said)
    except OSError as error:
        raise SurroundingsError(
            f"cannot leave a wish in {config.state_folder}: {error.strerror}", hint="Say it as the daemon's user."
        ) from error
    catch_up(config, STAND_IN_SECONDS)
    return [one.id for one in said]


def catch_up(config: Config, seconds: float = float("inf")) -> bool:
    """Where no daemon runs, take what was handed in into ledger and files; says whether all of that is done.

    seconds: that results-corrected.csv may take. Raises SurroundingsError where ledger or files cannot be written.
    """
    if holder(config.state_folder) is not None:
        return False
    try:
        lock = Lock(config.state_folder, "state", brief=True)
    except SurroundingsError:
        return False  # a daemon has started: it does it
    try:
        return _stand_in(config, seconds)
    except OSError as error:
        raise SurroundingsError(
            f"cannot write corrections: {error}", hint="Mend that: they are kept, and the next start writes them."
        ) from error
    finally:
        lock.release()


def _stand_in(config: Config, seconds: float) -> bool:
    with closing(Ledger(config.ledger_path)) as ledger:

        def check() -> None:
            if not Marked.outbox(config.outbox).fits(ledger):
                raise SurroundingsError(
                    f"the outbox {config.outbox} was made anew", hint="Start the daemon: it takes it on, and goes on."
                )

        hearing = Hearing(CorrectionFiles(config.outbox, ledger, check), Requests(config.state_folder))
        try:
            hearing.recover()
            hearing.hear()
            return hearing.files.corrected.finish(seconds)
        finally:
            hearing.close()
