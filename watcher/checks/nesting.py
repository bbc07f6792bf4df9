"""Folders that lie in each other through links or bind mounts. What the names alone tell, the settings refuse."""

import os
from collections.abc import Iterator
from pathlib import Path

from watcher.checks.findings import Finding, fail, ok
from watcher.checks.places import existing, is_folder, is_there
from watcher.checks.scene import Scene


def check_nesting(scene: Scene) -> Iterator[Finding]:
    """By what the kernel says they are, on the way up from each."""
    config, inbox = scene.config, scene.config.inbox
    wrong = [
        f"{what} {folder} lies in the inbox {inbox}: what is written there would be read as pictures"
        for what, folder in _written_to(scene)
        if _lies_in(folder, inbox)
    ]
    if _lies_in(inbox, config.outbox):
        wrong.append(f"the inbox {inbox} lies in the outbox {config.outbox}")
    if _lies_in(config.outbox, config.state_folder):
        wrong.append(f"the outbox {config.outbox} lies in the state folder, which is closed to readers")
    for text in wrong:
        yield fail(
            f"through a link or a mount, {text}", "Name folders that lie apart: `realpath` shows where they are."
        )
    if not wrong:
        yield ok("inbox, outbox and state lie apart, links and mounts included")


def _written_to(scene: Scene) -> Iterator[tuple[str, Path]]:
    config = scene.config
    yield "the outbox", config.outbox
    yield "the state folder", config.state_folder
    for name in ("archive", "rejected"):
        if is_there(config.outbox / name):
            yield f"{name}/", config.outbox / name
    if config.metrics.textfile:
        yield "the folder of metrics.textfile", config.metrics.textfile.parent


def _lies_in(folder: Path, above: Path) -> bool:
    """Say whether `folder` is, or lies in, `above`: going up by .., which names do not deceive."""
    if not is_folder(above):
        return False
    wanted, here = above.stat(), Path(os.path.realpath(existing(folder)))
    return any(os.path.samestat(place.stat(), wanted) for place in (here, *here.parents))
