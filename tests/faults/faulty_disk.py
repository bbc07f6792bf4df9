"""A real file system that fails on demand: what lies in one folder, shown at another one by FUSE, with rules.

Run as `python faulty_disk.py MOUNT_POINT FOLDER RULES`; shown_folder.py and fuse_device.py lie beside it.
RULES is a JSON file, read at each request, so that a test switches faults on and off under a running daemon:
{"write": "EIO", "read bad.png": "EIO", "forbid": ":?", "fold": true}. A rule names a request, and perhaps a part
of the path; "forbid": characters that no new name may have (EINVAL); "fold": names that differ only
in case are one; "large_inodes": with the highest bit set, as those of some shares.
Killed, it leaves a mount that answers ENOTCONN. Changes made in FOLDER itself bring no events, as on a share.
"""

import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

import fuse_device
from shown_folder import ShownFolder


class FaultyDisk(ShownFolder):
    """The folder, but for what the rules say."""

    def __init__(self, folder: bytes, rules: Path) -> None:
        super().__init__(folder)
        self._rules_file = rules
        self._rules: dict[str, Any] = {}

    def answer(self, name: str, node: int, body: bytes) -> bytes:
        """As the folder's, unless a rule has an error for it."""
        try:
            self._rules = json.loads(self._rules_file.read_bytes())
        except (FileNotFoundError, ValueError):
            self._rules = {}
        where = self._paths.get(node, b"") + b"/" + body
        for rule, fault in self._rules.items():
            request, _, part = rule.partition(" ")
            if request == name and part.encode() in where:
                raise OSError(getattr(errno, fault), rule)
        return super().answer(name, node, body)

    def _child(self, node: int, name: bytes) -> bytes:
        parent = os.path.join(self._folder, self._paths[node])
        if self._rules.get("fold") and not os.path.lexists(os.path.join(parent, name)):
            name = next((entry for entry in os.listdir(parent) if entry.lower() == name.lower()), name)
        return super()._child(node, name)

    def _new_child(self, node: int, name: bytes) -> bytes:
        if set(name) & set(self._rules.get("forbid", "").encode()):
            raise OSError(errno.EINVAL, "forbidden name")
        return super()._new_child(node, name)

    def _attributes(self, found: os.stat_result) -> bytes:
        inode = found.st_ino | (1 << 63 if self._rules.get("large_inodes") else 0)
        return fuse_device.pack_attributes(found, inode)


def main() -> None:
    """Mount and serve; says so with a line when it is mounted."""
    mount_point, folder, rules = sys.argv[1:]
    try:
        device = fuse_device.mount(mount_point)
    except OSError as error:
        sys.exit(error.strerror)
    sys.stdout.write("mounted\n")
    sys.stdout.flush()
    fuse_device.serve(device, FaultyDisk(os.fsencode(folder), Path(rules)).answer)


if __name__ == "__main__":
    main()
