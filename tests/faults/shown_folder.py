"""What lies in one folder, shown at another place by FUSE: each request is answered from the folder itself.

A request is the method of its name; it is given the node, and the body as linux/fuse.h has it.
"""

import errno
import os
import struct

import fuse_device


class ShownFolder:
    """Answers requests; paths are bytes relative to the folder, nodes are numbers that the kernel knows them by."""

    def __init__(self, folder: bytes) -> None:
        self._folder = folder
        self._paths: dict[int, bytes] = {1: b""}
        self._nodes: dict[bytes, int] = {b"": 1}
        self._descriptors: dict[int, int] = {}  # node → a descriptor, for files that were unlinked while open

    def answer(self, name: str, node: int, body: bytes) -> bytes:
        """The answer to the request of that name; raises OSError, as the kernel is to be told."""
        handle = getattr(self, f"_{name}", None)
        if handle is None:
            raise OSError(errno.ENOSYS, name)
        return bytes(handle(node, body))

    # -- names ---------------------------------------------------------------------------------------

    def _real(self, node: int) -> bytes:
        return os.path.join(self._folder, self._paths[node])

    def _child(self, node: int, name: bytes) -> bytes:
        return os.path.join(self._paths[node], name)

    def _new_child(self, node: int, name: bytes) -> bytes:
        return self._child(node, name)

    def _node(self, path: bytes) -> int:
        if path not in self._nodes:
            self._nodes[path] = max(self._paths) + 1
            self._paths[self._nodes[path]] = path
        return self._nodes[path]

    def _entry(self, path: bytes) -> bytes:
        found = os.lstat(os.path.join(self._folder, path))
        return fuse_device.pack_entry(self._node(path), self._attributes(found))

    def _attributes(self, found: os.stat_result) -> bytes:
        return fuse_device.pack_attributes(found, found.st_ino)

    def _move(self, old: bytes, new: bytes) -> None:
        for path in [path for path in self._nodes if path == old or path.startswith(old + b"/")]:
            node = self._nodes.pop(path)
            self._paths[node] = new + path[len(old) :]
            self._nodes[self._paths[node]] = node

    # -- requests ------------------------------------------------------------------------------------

    def _init(self, _: int, body: bytes) -> bytes:
        return fuse_device.pack_greeting()

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
        return entry + fuse_device.pack_open(descriptor)

    def _open(self, node: int, body: bytes) -> bytes:
        flags = struct.unpack_from("<I", body)[0] & ~(os.O_APPEND | os.O_NOFOLLOW)
        descriptor = os.open(self._real(node), flags)
        self._descriptors[node] = descriptor
        # What is only read past the kernel's cache: that is by name, and mixes a file with the one that replaced it.
        return fuse_device.pack_open(descriptor, cached=bool(flags & os.O_ACCMODE))

    def _opendir(self, node: int, _: bytes) -> bytes:
        return fuse_device.pack_open(os.open(self._real(node), os.O_RDONLY | os.O_DIRECTORY))

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
