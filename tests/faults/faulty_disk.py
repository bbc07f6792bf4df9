"""A real file system that fails on demand: what lies in one folder, shown at another one by FUSE, with rules.

Run as `python faulty_disk.py MOUNT_POINT FOLDER RULES`; it speaks the kernel's protocol over /dev/fuse itself.
RULES is a JSON file, read at each request, so that a test switches faults on and off under a running daemon:
{"write": "EIO", "read bad.png": "EIO", "forbid": ":?", "fold": true}. A rule names a request, and perhaps a part
of the path; "forbid": characters that no new name may have (EINVAL); "fold": names that differ only
in case are one; "large_inodes": with the highest bit set, as those of some shares.
Killed, it leaves a mount that answers ENOTCONN. Changes made in FOLDER itself bring no events, as on a share.
"""

import ctypes
import errno
import json
import os
import struct
import sys
from pathlib import Path
from typing import Any

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


class FaultyDisk:
    """Answers requests; paths are bytes relative to the folder, nodes are numbers that the kernel knows them by."""

    def __init__(self, folder: bytes, rules: Path) -> None:
        self._folder, self._rules_file = folder, rules
        self._rules: dict[str, Any] = {}
        self._paths: dict[int, bytes] = {1: b""}
        self._nodes: dict[bytes, int] = {b"": 1}
        self._descriptors: dict[int, int] = {}  # node → a descriptor, for files that were unlinked while open

    def serve(self, device: int) -> None:
        """Until the file system is unmounted."""
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
                answer, code = self._answer(_REQUESTS.get(number, ""), node, request[_IN.size :]), 0
            except OSError as error:
                answer, code = b"", -(error.errno or errno.EIO)
            os.write(device, _OUT.pack(_OUT.size + len(answer), code, unique) + answer)

    def _answer(self, name: str, node: int, body: bytes) -> bytes:
        handle = getattr(self, f"_{name}", None)
        if handle is None:
            raise OSError(errno.ENOSYS, name)
        try:
            self._rules = json.loads(self._rules_file.read_bytes())
        except (FileNotFoundError, ValueError):
            self._rules = {}
        where = self._paths.get(node, b"") + b"/" + body
        for rule, fault in self._rules.items():
            request, _, part = rule.partition(" ")
            if request == name and part.encode() in where:
                raise OSError(getattr(errno, fault), rule)
        return bytes(handle(node, body))

    # -- names ---------------------------------------------------------------------------------------

    def _real(self, node: int) -> bytes:
        return os.path.join(self._folder, self._paths[node])

    def _child(self, node: int, name: bytes) -> bytes:
        parent = self._paths[node]
        if self._rules.get("fold") and not os.path.lexists(os.path.join(self._folder, parent, name)):
            entries = os.listdir(os.path.join(self._folder, parent))
            name = next((entry for entry in entries if entry.lower() == name.lower()), name)
        return os.path.join(parent, name)

    def _new_child(self, node: int, name: bytes) -> bytes:
        if set(name) & set(self._rules.get("forbid", "").encode()):
            raise OSError(errno.EINVAL, "forbidden name")
        return self._child(node, name)

    def _node(self, path: bytes) -> int:
        if path not in self._nodes:
            self._nodes[path] = max(self._paths) + 1
            self._paths[self._nodes[path]] = path
        return self._nodes[path]

    def _entry(self, path: bytes) -> bytes:
        found = os.lstat(os.path.join(self._folder, path))
        return struct.pack("<4Q2I", self._node(path), 0, 0, 0, 0, 0) + self._attributes(found)

    def _move(self, old: bytes, new: bytes) -> None:
        for path in [path for path in self._nodes if path == old or path.startswith(old + b"/")]:
            node = self._nodes.pop(path)
            self._paths[node] = new + path[len(old) :]
            self._nodes[self._paths[node]] = node

    # -- requests ------------------------------------------------------------------------------------

    def _init(self, _: int, body: bytes) -> bytes:
        big_writes = 1 << 5
        return struct.pack("<IIIIHHII", 7, 31, _LARGEST, big_writes, 0, 0, _LARGEST, 1).ljust(64, b"\0")

    def _lookup(self, node: int, body: bytes) -> bytes:
        return self._entry(self._child(node, body[:-1]))

    def _getattr(self, node: int, _: bytes) -> bytes:
        try:
            found = os.lstat(self._real(node))
        except FileNotFoundError:
            if node not in self._descriptors:
                raise
            found = os.fstat(self._descriptors[node])
        return bytes(16) + self._attributes(found)

    def _setattr(self, node: int, body: bytes) -> bytes:
        valid, _, _, size, _, atime, mtime, _, *rest = struct.unpack_from("<IIQQQQQQIIIIIIII", body)
        path = self._real(node)
        if valid & 1:
            os.chmod(path, rest[3] & 0o7777)
        if valid & 6:
            os.chown(path, rest[5] if valid & 2 else -1, rest[6] if valid & 4 else -1)
        if valid & 8:
            os.truncate(path, size)
        if valid & (16 | 32):
            now = os.lstat(path)
            times = (
                (atime * 10**9 + rest[0]) if valid & 16 else now.st_atime_ns,
                (mtime * 10**9 + rest[1]) if valid & 32 else now.st_mtime_ns,
            )
            os.utime(path, ns=times)
        return self._getattr(node, b"")

    def _mkdir(self, node: int, body: bytes) -> bytes:
        path = self._new_child(node, body[8:-1])
        os.mkdir(os.path.join(self._folder, path), struct.unpack_from("<I", body)[0] & 0o7777)
        return self._entry(path)

    def _create(self, node: int, body: bytes) -> bytes:
        flags, mode = struct.unpack_from("<II", body)
        path = self._new_child(node, body[16:-1])
        descriptor = os.open(os.path.join(self._folder, path), (flags & ~os.O_APPEND) | os.O_CREAT, mode & 0o7777)
        entry = self._entry(path)
        self._descriptors[self._node(path)] = descriptor
        return entry + struct.pack("<QII", descriptor, 0, 0)

    def _open(self, node: int, body: bytes) -> bytes:
        flags = struct.unpack_from("<I", body)[0] & ~(os.O_APPEND | os.O_NOFOLLOW)
        descriptor = os.open(self._real(node), flags)
        self._descriptors[node] = descriptor
        # What is only read past the kernel's cache: that is by name, and mixes a file with the one that replaced it.
        direct = 0 if flags & os.O_ACCMODE else _FOPEN_DIRECT_IO
        return struct.pack("<QII", descriptor, direct, 0)

    def _opendir(self, node: int, _: bytes) -> bytes:
        return struct.pack("<QII", os.open(self._real(node), os.O_RDONLY | os.O_DIRECTORY), 0, 0)

    def _read(self, _: int, body: bytes) -> bytes:
        descriptor, offset, size = struct.unpack_from("<QQI", body)
        return os.pread(descriptor, size, offset)

    def _write(self, _: int, body: bytes) -> bytes:
        descriptor, offset, size = struct.unpack_from("<QQI", body)
        return struct.pack("<II", os.pwrite(descriptor, body[40 : 40 + size], offset), 0)

    def _readdir(self, node: int, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        answer = b""
        for position, name in enumerate(sorted(os.listdir(self._real(node)))[offset:], offset + 1):
            found = os.lstat(os.path.join(self._real(node), name))
            entry = struct.pack("<QQII", found.st_ino, position, len(name), found.st_mode >> 12) + name
            entry = entry.ljust(-(-len(entry) // 8) * 8, b"\0")
            if len(answer) + len(entry) > size:
                break
            answer += entry
        return answer

    def _unlink(self, node: int, body: bytes) -> bytes:
        path = self._child(node, body[:-1])
        os.unlink(os.path.join(self._folder, path))
        self._nodes.pop(path, None)
        return b""

    def _rmdir(self, node: int, body: bytes) -> bytes:
        os.rmdir(os.path.join(self._folder, self._child(node, body[:-1])))
        return b""

    def _rename(self, node: int, body: bytes, header: int = 8) -> bytes:
        old_name, new_name, _ = body[header:].split(b"\0")
        old = self._child(node, old_name)
        new = self._new_child(struct.unpack_from("<Q", body)[0], new_name)
        os.rename(os.path.join(self._folder, old), os.path.join(self._folder, new))
        self._nodes.pop(new, None)
        self._move(old, new)
        return b""

    def _rename2(self, node: int, body: bytes) -> bytes:
        return self._rename(node, body, 16)  # the kernel has looked whether the target is there

    def _fsync(self, _: int, body: bytes) -> bytes:
        os.fsync(struct.unpack_from("<Q", body)[0])
        return b""

    def _release(self, node: int, body: bytes) -> bytes:
        descriptor = struct.unpack_from("<Q", body)[0]
        os.close(descriptor)
        if self._descriptors.get(node) == descriptor:
            del self._descriptors[node]
        return b""

    def _fallocate(self, _: int, body: bytes) -> bytes:
        descriptor, offset, length = struct.unpack_from("<QQQ", body)
        os.posix_fallocate(descriptor, offset, length)
        return b""

    def _statfs(self, _: int, body: bytes) -> bytes:
        return struct.pack("<5Q4I", 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 4096, 255, 4096, 0).ljust(80, b"\0")

    def _flush(self, _: int, body: bytes) -> bytes:
        return b""

    _fsyncdir = _syncfs = _flush

    def _attributes(self, found: os.stat_result) -> bytes:
        inode = found.st_ino | (1 << 63 if self._rules.get("large_inodes") else 0)
        times = [divmod(ns, 10**9) for ns in (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns)]
        return _ATTR.pack(
            inode, found.st_size, found.st_blocks, *(seconds for seconds, _ in times),
            *(rest for _, rest in times),
            found.st_mode, found.st_nlink, found.st_uid, found.st_gid, found.st_rdev, 4096, 0,
        )  # fmt: skip


def main() -> None:
    """Mount and serve; says so with a line when it is mounted."""
    mount_point, folder, rules = sys.argv[1:]
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other,default_permissions".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"digit-watcher-test", os.fsencode(mount_point), b"fuse", 0, options) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    sys.stdout.write("mounted\n")
    sys.stdout.flush()
    FaultyDisk(os.fsencode(folder), Path(rules)).serve(device)


if __name__ == "__main__":
    main()
