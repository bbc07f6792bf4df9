"""Marks: inbox and outbox are the ones that the ledger knows, and not the bare mount points below them.

A share that is not mounted looks exactly like an empty folder: its mark is missing, and the folder lies on
another device. One that was deleted and made again lies where it was, and is taken on.
"""

import logging
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

from watcher.durable import write_durably
from watcher.errors import SurroundingsError
from watcher.files import WORK
from watcher.ledger import Ledger

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Marked:
    """A folder with a mark in it. what: "inbox" or "outbox"; file: the mark."""

    what: str
    folder: Path
    file: Path

    @classmethod
    def inbox(cls, folder: Path) -> Self:
        """The inbox; its mark lies in the work folder, which is closed to people."""
        return cls("inbox", folder, folder / os.fsdecode(WORK) / "identity")

    @classmethod
    def outbox(cls, folder: Path) -> Self:
        """The outbox."""
        return cls("outbox", folder, folder / ".identity")

    def found(self) -> str | None:
        """The mark; None where there is none. Raises SurroundingsError where it may not be read."""
        try:
            return self.file.read_text(encoding="ascii", errors="replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError as error:
            raise SurroundingsError(
                f"cannot read {self.file}: {error.strerror}",
                hint=f"The {self.what} belongs to another user; `ls -ld` shows to whom.",
            ) from error

    def known_to(self, ledger: Ledger) -> str | None:
        """The mark that the ledger expects; None where it never saw this folder."""
        return ledger.meta(f"{self.what}_identity")

    def check(self, ledger: Ledger) -> None:
        """Make sure that the folder is the one this ledger knows; at the very first start, mark it.

        Raises SurroundingsError where it is another one, or not there.
        """
        if not self.fits(ledger):
            if self.known_to(ledger) is not None:
                log.warning("the %s %s was made anew; it is taken on", self.what, self.folder)
            self.adopt(ledger)

    def fits(self, ledger: Ledger) -> bool:
        """Whether it has the ledger's mark; False where it has none yet, or was made anew, and may be taken on.

        Raises SurroundingsError where it is another one, or not there.
        """
        if not self.folder.is_dir():
            raise SurroundingsError(
                f"there is no {self.what} at {self.folder}", hint="Make the folder, or mount the disk that it is on."
            )
        known, found = self.known_to(ledger), self.found()
        place = ledger.meta(f"{self.what}_path")  # of another path, it is another folder, and not made anew
        at_its_place = ledger.meta(f"{self.what}_device") == self._device() and place in (None, self._path())
        if found is None and (known is None or at_its_place):
            return False
        if known != found:
            raise self._stranger(ledger.path, known, found)
        return True

    def check_not_orphaned(self, ledger: Path) -> None:
        """Where there is no ledger yet: raise SurroundingsError if the folder belongs to one."""
        if found := self.found():
            raise self._stranger(ledger, None, found)

    def adopt(self, ledger: Ledger) -> None:
        """Make this folder the one that the ledger knows."""
        mark = str(uuid.uuid4())
        # The ledger first: a folder without a mark, where it was, is taken on at the next start; a mark that
        # no ledger knows would wait for a person.
        ledger.set_meta(f"{self.what}_device", self._device())
        ledger.set_meta(f"{self.what}_path", self._path())
        ledger.set_meta(f"{self.what}_identity", mark)
        self.file.parent.mkdir(mode=0o700, exist_ok=True)
        write_durably(os.fsencode(self.file), f"{mark}\n".encode("ascii"))

    def _device(self) -> str:
        return str(os.stat(self.folder).st_dev)

    def _path(self) -> str:
        return quote(os.fsencode(os.path.abspath(self.folder)))

    def _stranger(self, ledger: Path, known: str | None, found: str | None) -> SurroundingsError:
        adopt = "If this one is meant: `digit-watcher init --adopt`, same options."
        if known is None:
            return SurroundingsError(
                f"the {self.what} {self.folder} belongs to another ledger, and {ledger} is new",
                hint="Is the disk of outbox and state mounted? If the ledger is lost: `digit-watcher repair` makes it"
                f" from the results files. {adopt}",
            )
        return SurroundingsError(
            f"the {self.what} {self.folder} is not the one that the ledger {ledger} knows"
            f" (its mark is {found or 'missing'}, the ledger's is {known})",
            hint=f"Is its disk mounted? {adopt}",
        )
