"""Wishes of people to the daemon, as files in the state folder: only the daemon writes the ledger."""

import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import to_json

from watcher.corrections.labels import LABELS, LONGEST_NAME, TAKEN_BACK, Said
from watcher.durable import rename_new, write_durably
from watcher.ids import IdSource

log = logging.getLogger(__name__)
FOLDER = "requests"
IDS_IN_A_WISH = 10_000  # 400 kB
_SAID = ".said"  # how files with corrections end
_Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$")]
_Label = Annotated[str, Field(pattern=f"^({'|'.join((*LABELS, TAKEN_BACK))})$")]
_By = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
_At = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
_CORRECTIONS = TypeAdapter(list[tuple[_Id, _Id, _Label, _By, _At]])


def request_requeue(state: Path, ids: Iterable[str]) -> None:
    """Ask that these pictures be read again, now or when the daemon starts. Each wish is on disk before the next.

    Raises OSError where that fails.
    """
    folder, names = state / FOLDER, IdSource()
    folder.mkdir(mode=0o700, exist_ok=True)
    left = iter(ids)
    while some := list(islice(left, IDS_IN_A_WISH)):
        wish = json.dumps({"requeue": some})
        write_durably(os.fsencode(folder / f"{names.new()}.json"), wish.encode("ascii"))


def request_corrections(state: Path, said: Sequence[Said]) -> None:
    """Hand corrections to the daemon, durably, for now or when it starts. Raises OSError where that fails."""
    folder = state / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    write_durably(os.fsencode(folder / f"{said[0].id}{_SAID}"), to_json([tuple(one) for one in said]))


class Requests:
    """The daemon's side."""

    def __init__(self, state: Path) -> None:
        self.folder = state / FOLDER
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._said: set[Path] = set()
        self.expected = True  # set when something is heard of the folder

    def pending(self) -> Iterator[tuple[Path, list[str]]]:
        """Files that ask for something, and the ids they name. Call `done` when it is done."""
        self.expected = False
        for path in sorted(self.folder.glob("*.json")):
            try:
                ids = [str(id_) for id_ in json.loads(path.read_bytes())["requeue"]]
            except (ValueError, KeyError, TypeError, RecursionError):
                ids = []
            except OSError as error:  # of one wish; work goes on without it
                self._say_once(path, error)
                continue
            yield path, ids

    def said(self) -> Iterator[tuple[Path, list[Said]]]:
        """Files with corrections, the oldest first, and what they say. Call `done` when it is in the ledger.

        One that makes no sense is set aside, and said: a person may have meant something.
        """
        for path in sorted(self.folder.glob(f"*{_SAID}")):
            try:
                said = [Said(*one) for one in _CORRECTIONS.validate_json(path.read_bytes())]
            except ValidationError as error:
                log.warning("the corrections in %s cannot be understood, and are set aside: %s", path, _first(error))
                rename_new(os.fsencode(path), os.fsencode(path.with_suffix(".refused")))
                continue
            except OSError as error:
                self._say_once(path, error)
                continue
            yield path, said

    def _say_once(self, path: Path, error: OSError) -> None:
        if path not in self._said:
            log.warning("the wish %s cannot be read: %s; give it to the daemon's user", path, error.strerror)
        self._said.add(path)

    @staticmethod
    def done(path: Path) -> None:
        """Take a wish off the list."""
        path.unlink(missing_ok=True)


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
