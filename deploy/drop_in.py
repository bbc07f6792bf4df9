"""Prints what a unit must know of the folders in a config.yaml, as a drop-in: drop_in.py CONFIG STATE_DIRECTORY.

Nothing where all of them lie in the unit's own STATE_DIRECTORY.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from watcher.config import load

# Folders that other programs share: too much to open.
_OF_THE_SYSTEM = {
    Path("/", name) for name in ("", "etc", "home", "media", "mnt", "opt", "run", "srv", "tmp", "usr", "var")
}


def main() -> None:
    """Run by the installer with the version that is being installed."""
    config = load(Path(sys.argv[1]))
    written = [config.inbox, config.outbox, config.state_folder]
    if config.metrics.textfile:
        written.append(config.metrics.textfile.parent)
    read = [config.model] if config.model else []
    sys.stdout.write(drop_in(written, read, Path(sys.argv[2])))


def drop_in(written: Iterable[Path], read: Iterable[Path], own: Path) -> str:
    """The drop-in's text, "" where none is needed.

    written, read: what config.yaml names. own: the folder that the unit may write to already.
    """
    opened = _together({path for path in written if not path.is_relative_to(own)})
    needed = sorted(opened | {path for path in read if not path.is_relative_to(own)})
    sections = [
        ("[Unit]", ("Started once the disks that these are on are mounted.", "RequiresMountsFor=", needed)),
        (
            "[Service]",
            ("What it may write to. `-`: a missing one is told of by the daemon.", "ReadWritePaths=-", sorted(opened)),
            ("Nothing in there can be run.", "NoExecPaths=-", sorted(opened)),
        ),
    ]
    lines = []
    for title, *parts in sections:
        parts = [part for part in parts if part[2]]
        lines += [title] if parts else []
        for comment, key, paths in parts:
            lines += [f"# {comment}", *(key + _escaped(path) for path in paths)]
    head = ["# Made by `make install` from what config.yaml names; made anew each time."] if lines else []
    return "".join(f"{line}\n" for line in head + lines)


def _together(folders: set[Path]) -> set[Path]:
    """Siblings by the folder that they lie in: each path becomes a mount, and a rename between two mounts is a copy."""
    parents = [folder.parent for folder in folders]
    shared = {parent for parent in parents if parents.count(parent) > 1 and parent not in _OF_THE_SYSTEM}
    opened = {folder.parent if folder.parent in shared else folder for folder in folders}
    return {path for path in opened if not any(other in path.parents for other in opened)}


def _escaped(path: Path) -> str:
    """As a word in a unit file: `%` begins a specifier there, a backslash an escape, and a space the next word."""
    text = os.fspath(path).replace("\\", "\\\\").replace("%", "%%")
    return "".join(f"\\x{ord(letter):02x}" if letter in " \t\"'" else letter for letter in text)


if __name__ == "__main__":
    main()
