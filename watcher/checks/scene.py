"""What all checks look at: the settings, whose they are, what is mounted, and whether the daemon runs."""

import codecs
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from watcher.checks.mounts import Mounts
from watcher.checks.places import existing, is_there
from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.ownership import as_owner_of, holder


@dataclass(frozen=True)
class Scene:
    """user: as whom things are tried. daemon: pid of the running one.

    stranger: what to do for one who is not the daemon's user and can only see what strangers see; else "".
    """

    config: Config
    mounts: Mounts
    user: str
    daemon: int | None = None
    stranger: str = ""

    @property
    def work(self) -> Path:
        """The folder of claimed pictures."""
        return self.config.inbox / ".work"

    @property
    def has_ledger(self) -> bool:
        """Whether there is one. Raises PermissionError where one may not look."""
        return is_there(self.config.ledger_path)

    def open_ledger(self) -> Ledger | None:
        """For reading; None where it cannot be used, as the check of the ledger says, or is of an older version."""
        try:
            return Ledger(self.config.ledger_path, read_only=True)
        except SurroundingsError:
            return None

    @property
    def folders(self) -> dict[str, Path]:
        """What the settings name, each by its word there; what is not made yet by the folder it will be made in."""
        config = self.config
        named = {"inbox": config.inbox, "outbox": config.outbox, "state": config.state_folder}
        return {word: existing(folder) for word, folder in named.items()}


@contextmanager
def open_scene(config: Config) -> Iterator[Scene]:
    """The scene; within, root has the rights of the daemon's user and nothing beyond them.

    Raises SurroundingsError where root may not act as that user.
    """
    mounts, daemon = Mounts.of_this_process(), holder(config.state_folder)
    for name in ("ascii", "idna"):  # as that user, what Python has not loaded yet may be out of reach
        codecs.lookup(name)
    owned = config.state_folder if os.path.isdir(config.state_folder) else config.inbox
    with as_owner_of(existing(owned)):
        yield Scene(config, mounts, name_of(os.geteuid()), daemon, _as_a_stranger(config))


def _as_a_stranger(config: Config) -> str:
    for folder in (config.state_folder, config.inbox):
        try:
            owner = name_of(os.stat(folder).st_uid)
        except PermissionError:
            owner = "others"
        except OSError:
            continue
        if owner == name_of(os.geteuid()) or os.geteuid() == 0:
            return ""
        return f"{folder} belongs to {owner}: `sudo digit-watcher check`, same options, tries all as that user."
    return ""


def name_of(user: int) -> str:
    """The user's name; a number where it has none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
