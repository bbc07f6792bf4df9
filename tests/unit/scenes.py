"""Scenes for checks: folders as after installation, seen by somebody whom permissions stop."""

import codecs
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from watcher.checks.findings import Check, Level, found_by
from watcher.checks.mounts import Mounts
from watcher.checks.scene import Scene
from watcher.config import Config

ROOT = os.geteuid() == 0
SOMEBODY = 65533


def scene_of(folder: Path, mounts: str = "", daemon: int | None = None, stranger: str = "", **settings: Any) -> Scene:
    """mounts: as in mountinfo. settings: of the config, groups as dicts."""
    config = Config(**{"inbox": folder / "in", "outbox": folder / "out", "state": folder / "state"} | settings)
    return Scene(config, Mounts.read(mounts.encode()), "watcher", daemon, stranger)


def as_stranger(scene: Scene) -> Scene:
    """The same for somebody else than the daemon's user."""
    return replace(scene, stranger="sudo does")


def levels(check: Check, scene: Scene) -> list[str]:
    """How bad each finding is."""
    return [finding.level.value for finding in found_by(check, scene)]


def said(check: Check, scene: Scene) -> str:
    """All findings, a line each."""
    return "\n".join(f"{finding.level}: {finding.text} | {finding.hint}" for finding in found_by(check, scene))


def all_well(check: Check, scene: Scene) -> bool:
    """Whether there is nothing to know or to mend, and something was said."""
    found = [*found_by(check, scene)]
    assert found
    return all(finding.level is Level.OK for finding in found)


@contextmanager
def without_powers(folder: Path) -> Iterator[None]:
    """As an ordinary user who owns the folder and all in it: permissions do not stop root."""
    if not ROOT:
        yield
        return
    for name in ("ascii", "idna"):  # Python itself may be out of that user's reach
        codecs.lookup(name)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)
    for parent in folder.parents:
        if parent.stat().st_mode & 0o055 != 0o055:
            parent.chmod(parent.stat().st_mode | 0o055)  # what pytest makes for itself alone
    os.setegid(SOMEBODY)
    os.seteuid(SOMEBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
