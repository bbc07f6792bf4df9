"""A file that commands make for people: whole and durable under its name, or not there at all."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from watcher.config import Config
from watcher.durable import rename_new, sync_folders
from watcher.errors import SurroundingsError, UsageError


def refuse_our_own(config: Config, target: Path) -> None:
    """Raise UsageError where the target is no place for a file of a person's."""
    real = target.resolve()
    if target.is_dir():
        raise UsageError(f"{target} is a folder", hint="Name the file to write.")
    if target.exists() and not target.is_file():
        raise UsageError(f"{target} is no regular file", hint="Name another one.")
    ours = {config.ledger_path, *(Path(f"{config.ledger_path}{end}") for end in ("-wal", "-shm"))}
    names = ("results.csv", "results.jsonl", "corrections.csv", "results-corrected.csv", "status.json")
    ours |= {config.outbox / name for name in names}
    if real in {path.resolve() for path in ours}:
        raise UsageError(f"only the daemon writes {target}", hint="Name another file.")
    for folder in (config.inbox, config.outbox / "archive", config.outbox / "rejected"):
        if real.is_relative_to(folder.resolve()):
            raise UsageError(f"{target} lies in {folder}, which is for pictures", hint="Name a file elsewhere.")


@contextmanager
def fresh_file(target: Path, *, overwrite: bool, mode: int = 0o600) -> Iterator[Path]:
    """Gives a path to write to; afterwards that file has the target's name, and both survive a power cut.

    Raises UsageError where the target exists and may not be overwritten, SurroundingsError where writing fails.
    """
    if target.exists() and not overwrite:
        raise UsageError(f"{target} exists", hint="Name another file, or say --overwrite.")
    temporary = target.with_name(f".digit-watcher-{uuid.uuid4()}")
    try:
        temporary.touch(mode)
        yield temporary
        _sync(temporary)
        if overwrite:
            os.replace(temporary, target)
        else:
            rename_new(os.fsencode(temporary), os.fsencode(target))
        sync_folders([os.fsencode(target.absolute().parent)])
    except FileExistsError as error:
        raise UsageError(f"{target} exists", hint="Name another file, or say --overwrite.") from error
    except OSError as error:
        raise unwritten(target, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def unwritten(target: Path, error: OSError) -> SurroundingsError:
    """What is said where something for people could not be written."""
    return SurroundingsError(
        f"cannot write {target}: {error.strerror}", hint="Nothing was written. Is there room, and may you write?"
    )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
