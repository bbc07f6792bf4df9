"""Where the picture of a row is: at its place, in the work folder, or still in the inbox."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from watcher.beneath import open_beneath
from watcher.durable import sync_folders
from watcher.files import PARTIAL, Files
from watcher.records import Identity, Record


class Whereabouts:
    """Looks for pictures; with `dry_run` without moving any."""

    def __init__(self, outbox: Path, files: Files, *, dry_run: bool) -> None:
        self._outbox, self._files, self._dry_run = os.fsencode(outbox), files, dry_run

    def find(self, record: Record) -> tuple[Record, str, str]:
        """The record with its picture's identity, the state that it thus has, and a remark for people ("" for none).

        A picture that lies in the inbox again is taken into the work folder, to be archived under its row.
        """
        found = self._files.identity_in_work(record.claim.id)
        if found is not None:
            return _with(record, found), "recorded", ""
        sha256, found = _seen(self._outbox, record.archived_to)
        if found is not None:
            changed = bool(record.verdict.sha256) and sha256 != record.verdict.sha256
            return _with(record, found), "archived", "was changed since it was read" if changed else ""
        sha256, found = _seen(self._files.inbox, record.claim.file)
        if found is not None and sha256 == record.verdict.sha256:
            if not self._dry_run:
                list(self._files.claim([record.claim]))
                sync_folders([self._files.work])
            return _with(record, found), "recorded", "lies in the inbox again; it is archived under its row"
        return record, "missing", "is neither at its place nor in the work folder nor in the inbox"

    def holds(self, place: bytes) -> bool:
        """Whether a regular file lies at a place below the outbox."""
        return _seen(self._outbox, place, read=False)[1] is not None

    def archived(self) -> Iterator[bytes]:
        """Every file in archive/ and rejected/, as a place, but for reasons and halves of copies."""
        for kind in (b"archive", b"rejected"):
            for folder, _, names in os.walk(self._outbox + b"/" + kind):
                below = os.path.relpath(folder, self._outbox)
                for name in sorted(names):
                    if not name.endswith(b".reason.txt") and not name.startswith(PARTIAL):
                        yield below + b"/" + name


def _with(record: Record, identity: Identity) -> Record:
    return record._replace(claim=record.claim._replace(identity=identity))


def _seen(root: bytes, path: bytes, *, read: bool = True) -> tuple[str, Identity | None]:
    """sha256 and identity of a regular file; no identity where none is there."""
    try:
        descriptor = open_beneath(root, path, os.O_RDONLY)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENAMETOOLONG, errno.ENXIO):
            return "", None
        raise  # it may be there, and we cannot see it
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return "", None
        return hashlib.file_digest(file, "sha256").hexdigest() if read else "", Identity.of(found)
