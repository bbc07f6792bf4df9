"""Whether something is there. Where one may not look, that is an error: pathlib's answer differs by version."""

import os
import stat
from contextlib import suppress
from pathlib import Path


def is_there(path: Path) -> bool:
    """Whether anything has that name, a link too. Raises PermissionError where one may not look."""
    with suppress(FileNotFoundError, NotADirectoryError):
        os.lstat(path)
        return True
    return False


def is_folder(path: Path) -> bool:
    """Whether a folder, or a link to one, is there. Raises PermissionError where one may not look."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return stat.S_ISDIR(os.stat(path).st_mode)
    return False


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that can be seen."""
    return folder if os.path.exists(folder) or folder == folder.parent else existing(folder.parent)
