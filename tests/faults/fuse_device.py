"""The kernel's side of a FUSE file system: mounted without any library, asked over /dev/fuse, and answered.

As linux/fuse.h has it, version 7.31. Numbers of nodes and of open files are the file system's own.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Callable

_IN, _OUT, _ATTR = struct.Struct("<IIQQIIIHH"), struct.Struct("<IiQ"), struct.Struct("<6Q10I")
_LARGEST = 1 << 17  # bytes of one write
_FOPEN_DIRECT_IO = 1
# By the kernel's numbers: the request's name in rules.
_REQUESTS = {
    1: "lookup", 3: "getattr", 4: "setattr", 9: "mkdir", 10: "unlink", 11: "rmdir", 12: "rename", 14: "open",
    15: "read", 16: "write", 17: "statfs", 18: "release", 20: "fsync", 25: "flush", 26: "init", 27: "opendir",
    28: "readdir", 29: "release", 30: "fsyncdir", 35: "create", 43: "fallocate", 45: "rename2", 50: "syncfs",
}  # fmt: skip
_NO_ANSWER = {2, 36, 42}  # forget, interrupt, batch_forget


def mount(mount_point: str) -> int:
    """Show a file system there to everybody; gives the descriptor that its requests are read from.

    Raises OSError where that is not allowed.
    """
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"digit-watcher-test", os.fsencode(mount_point), b"fuse", 0, options) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return device


def serve(device: int, answer: Callable[[str, int, bytes], bytes]) -> None:
    """Until the file system is unmounted. answer: of a request's name, node and body; may raise OSError."""
    while True:
        try:
            request = os.read(device, _LARGEST + 4096)
        except OSError as error:
            if error.errno == errno.ENODEV:
                return
            continue
        _, number, unique, node, *_ = _IN.unpack_from(request)
        if number in _NO_ANSWER:
            continue
        try:
            said, code = answer(_REQUESTS.get(number, ""), node, request[_IN.size :]), 0
        except OSError as error:
            said, code = b"", -(error.errno or errno.EIO)
        os.write(device, _OUT.pack(_OUT.size + len(said), code, unique) + said)


def pack_greeting() -> bytes:
    """What the kernel is told first: the version of the protocol, and how much it may write at once."""
    big_writes = 1 << 5
    return struct.pack("<IIIIHHII", 7, 31, _LARGEST, big_writes, 0, 0, _LARGEST, 1).ljust(64, b"\0")


def pack_entry(node: int, attributes: bytes) -> bytes:
    """A name was found or made; the kernel remembers nothing of it."""
    return struct.pack("<4Q2I", node, 0, 0, 0, 0, 0) + attributes


def pack_open(descriptor: int, *, cached: bool = True) -> bytes:
    """A file or folder is open. cached: whether the kernel may keep what was read of it."""
    return struct.pack("<QII", descriptor, 0 if cached else _FOPEN_DIRECT_IO, 0)


def pack_attributes(found: os.stat_result, inode: int) -> bytes:
    """What stat says, under another inode number."""
    times = [divmod(ns, 10**9) for ns in (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns)]
    return _ATTR.pack(
        inode, found.st_size, found.st_blocks, *(seconds for seconds, _ in times),
        *(rest for _, rest in times),
        found.st_mode, found.st_nlink, found.st_uid, found.st_gid, found.st_rdev, 4096, 0,
    )  # fmt: skip
