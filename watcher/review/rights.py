"""Root gives up being root: for good, unlike `as_owner_of`, because a server listens to anybody."""

import os
import pwd
from pathlib import Path

from watcher.errors import SurroundingsError


def become_owner_of(folder: Path) -> None:
    """From now on root is the folder's owner, and nothing more; anybody else goes on as they are.

    Raises SurroundingsError where root may not do that.
    """
    found = folder.stat()
    if os.geteuid() != 0 or found.st_uid == 0:
        return
    group = found.st_gid
    try:
        try:
            known = pwd.getpwuid(found.st_uid)
            os.initgroups(known.pw_name, known.pw_gid)
            group = known.pw_gid
        except KeyError:  # a number without a name, as in a container
            os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(found.st_uid, found.st_uid, found.st_uid)
    except PermissionError as error:
        raise SurroundingsError(
            f"{folder} belongs to another user, number {found.st_uid}, and root may not become that user here",
            hint="Say it as that user, with `sudo -u`.",
        ) from error
