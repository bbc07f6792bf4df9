"""Landlock: a process gives up the network, and every file but those beneath one folder, which it may read.

Source: Documentation/userspace-api/landlock.rst of Linux. Three system calls that the C library has no names for;
the packages that wrap them are young, and larger than this.
"""

import ctypes
import os
import sys

# Rights on files by the version of Landlock's interface that brought them, all that it knows; the same for the rest.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}  # how many of the lowest bits
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_BIND_AND_CONNECT_TCP = 0b11  # since 4
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # since 6
_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # of every architecture but Alpha
_VERSION, _PATH_BENEATH = 1, 1


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def landlock_version() -> int:
    """Version of the kernel's Landlock interface, from 1 on; 0 where it has none or has it switched off."""
    return max(0, _call(_CREATE, None, 0, _VERSION)) if sys.platform == "linux" else 0


def confine_to(folder: str | None) -> bool:
    """Let this thread read beneath `folder`, None for nowhere, and open nothing else. Says whether the kernel did it.

    Not covered by Landlock: files that are open already, the rights and times of files, UDP, threads there are.
    Raises OSError where the folder cannot be opened. Needs no_new_privs, which `limit_process` sets.
    """
    version = landlock_version()
    if not version:
        return False
    beneath = -1 if folder is None else os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    rights = max(bits for since, bits in _FILE_RIGHTS.items() if since <= version)
    wanted = _Ruleset(
        (1 << rights) - 1,
        _BIND_AND_CONNECT_TCP if version >= 4 else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,
    )
    ruleset = _call(_CREATE, ctypes.byref(wanted), ctypes.sizeof(wanted), 0)
    try:
        allowed = _PathBeneath(_READ_FILE | _READ_DIR, beneath)
        return (
            ruleset >= 0
            and (beneath < 0 or _call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(allowed), 0) == 0)
            and _call(_RESTRICT_SELF, ruleset, 0) == 0
        )
    finally:
        for descriptor in (beneath, ruleset):
            if descriptor >= 0:
                os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(ctypes.c_long(number), *arguments))
