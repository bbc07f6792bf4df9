"""Inside a daemon under test: every call that changes something which outlives the process is a boundary.

Before it, in the middle of it (half of the bytes written) and after it, the process can be made to kill itself
as `kill -9` does: alone, or with its whole group.
"""

import builtins
import ctypes
import fcntl
import importlib
import io
import os
import signal
import sqlite3
import stat
import sys
from collections.abc import Callable, Mapping
from typing import Any

import tidiness

_write, _open, _rename = os.write, os.open, os.rename  # as they were
_RENAMEAT2 = (316, 276)  # on x86-64 and aarch64
_NAMED = (
    "results.csv", "results.jsonl", "corrections.csv", "results-corrected.csv", "status.json", "lock", "identity",
    ".reason.txt", ".partial-",
)  # fmt: skip
_DEEPEST = 4  # functions of the daemon in a label


class Crossings:
    """Counts the crossings, and decides at which one the process ends."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """SOAK_KILL: `new:FILE`, at the first whose label FILE has not yet; or `at:N`, at the Nth of all.

        SOAK_ONLY: words, of which a label must contain one to count.
        """
        how, _, value = environment["SOAK_KILL"].partition(":")
        self._covered_file = value if how == "new" else ""
        self._left = int(value) if how == "at" else 0
        self._moments = environment.get("SOAK_MOMENTS", "before torn after").split()
        self._alone = environment.get("SOAK_ALONE", "") == "1"
        self._only = environment.get("SOAK_ONLY", "").split() or [""]
        self._covered = self._read() if self._covered_file else set()

    def _read(self) -> set[str]:
        with builtins.open(self._covered_file, encoding="utf-8") as file:
            return set(file.read().splitlines())

    def due(self, moment: str, label: str) -> bool:
        """Whether this crossing is the last one."""
        if moment not in self._moments or not any(word in label for word in self._only):
            return False
        if not self._covered_file:
            self._left -= 1
            return self._left == 0
        line = f"{moment} {label}"
        if line in self._covered:
            return False
        descriptor = _open(self._covered_file, os.O_WRONLY | os.O_APPEND)
        _write(descriptor, line.encode() + b"\n")
        return True

    def cross(self, moment: str, label: str) -> None:
        """Pass, or end here."""
        if self.due(moment, label):
            self.end()

    def end(self) -> None:
        """What `kill -9` does."""
        os.kill(os.getpid(), signal.SIGKILL) if self._alone else os.killpg(os.getpgid(0), signal.SIGKILL)
        signal.pause()  # until the signal is there


class _Gate:
    """A function with a boundary before and behind it."""

    def __init__(self, crossings: Crossings, function: Callable[..., Any], name: Callable[..., str]) -> None:
        self._crossings, self._function, self._name = crossings, function, name

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        name = self._name(*arguments, **options)
        where = _where() if name else ""
        if not where:
            return self._function(*arguments, **options)
        label = f"{name} @ {where}"
        self._crossings.cross("before", label)
        if self._function is _write and self._crossings.due("torn", label):
            _write(arguments[0], arguments[1][: len(arguments[1]) // 2])
            self._crossings.end()
        result = self._function(*arguments, **options)
        self._crossings.cross("after", label)
        return result


def _where() -> str:
    """The daemon's functions that lead here, the innermost first; "" where it is none of its doing."""
    found, frame = [], sys._getframe(2)
    while frame is not None and len(found) < _DEEPEST:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("watcher.") and frame.f_code.co_name not in ("_transaction", "<listcomp>", "<genexpr>"):
            found.append(f"{module.rpartition('.')[2]}.{frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(found)


def _kind(path: Any) -> str:
    """What sort of file that is, without what is its own."""
    if isinstance(path, int):
        path = os.readlink(f"/proc/self/fd/{path}")
    name = os.path.basename(os.fsdecode(path))
    return next((f" {named}" for named in _NAMED if named in name), "")


def _of_path(name: str) -> Callable[..., str]:
    return lambda path, *_, **__: name + _kind(path)


def _of_file(name: str) -> Callable[..., str]:
    return lambda fd, *_, **__: name + _kind(fd) if _lasts(os.fstat(fd).st_mode) else ""


def _lasts(mode: int) -> bool:
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _of_open(path: Any, flags: int, *_: Any, **__: Any) -> str:
    return "os.open" + _kind(path) if flags & (os.O_CREAT | os.O_TRUNC) else ""


def _of_builtin_open(path: Any, mode: str = "r", *_: Any, **__: Any) -> str:
    return "open" + _kind(path) if set(mode) & set("wax+") else ""


class _Statements:
    """Mixed into a connection: what commits, or writes outside a transaction, is a boundary."""

    crossings: Crossings

    def execute(self, sql: str, *arguments: Any) -> Any:
        word = sql.partition(" ")[0].strip().upper()
        writes = word in ("INSERT", "UPDATE", "DELETE", "CREATE") or "journal_mode" in sql
        lasting = word == "COMMIT" or (writes and not self.in_transaction)  # type: ignore[attr-defined]
        gate = _Gate(self.crossings, super().execute, lambda *_: f"sqlite {word}" * lasting)  # type: ignore[misc]
        return gate(sql, *arguments)


class _Library(ctypes.CDLL):
    crossings: Crossings

    def __getattr__(self, name: str) -> Any:
        function = super().__getattr__(name)
        if name == "syncfs":
            gate: Any = _Gate(self.crossings, function, lambda *_: name)
        elif name == "syscall":
            gate = _Gate(self.crossings, function, lambda n, *_: "renameat2" if n in _RENAMEAT2 else "")
        else:
            return function
        setattr(self, name, gate)
        return gate


def install(environment: Mapping[str, str]) -> None:
    """Put the boundaries in place, before the daemon begins."""
    crossings = _Statements.crossings = _Library.crossings = Crossings(environment)

    def gate(owner: Any, name: str, label: Callable[..., str]) -> None:
        setattr(owner, name, _Gate(crossings, getattr(owner, name), label))

    _install_statements(sqlite3.connect)
    ctypes.CDLL = _Library
    durable = importlib.import_module("watcher.durable")
    durable._libc = _Library(None, use_errno=True)  # it may have been imported before
    for name in ("rename", "replace", "unlink", "rmdir", "mkdir", "link", "utime", "chmod", "truncate"):
        gate(os, name, _of_path(f"os.{name}"))
    for name in ("write", "pwrite", "ftruncate", "fsync", "fdatasync", "posix_fallocate"):
        gate(os, name, _of_file(f"os.{name}"))
    gate(os, "open", _of_open)
    gate(builtins, "open", _of_builtin_open)
    gate(io, "open", _of_builtin_open)  # pathlib's
    gate(fcntl, "flock", _of_file("flock"))
    _install_swap(environment.get("SOAK_SPARE", ""))
    if environment.get("SOAK_TIDY"):
        tidiness.install()
    _install_engine(crossings)


def _install_statements(connect: Callable[..., Any]) -> None:
    def watched(*arguments: Any, factory: type = sqlite3.Connection, **options: Any) -> Any:
        return connect(*arguments, factory=type("Watched", (_Statements, factory), {}), **options)

    sqlite3.connect = watched


def _install_engine(crossings: Crossings) -> None:
    from watcher.workers import LocalEngine

    for name in ("submit", "collect", "await_ready", "close"):
        function = getattr(LocalEngine, name)
        gate = _Gate(crossings, function, lambda *_, name=name: f"engine.{name}")
        setattr(LocalEngine, name, lambda *arguments, gate=gate: gate(*arguments))


def _install_swap(spare: str) -> None:
    """Just before a file is claimed, another one takes its place where `spare` holds one of the same name.

    What it takes the place of, lies in `spare` from then on, under a name that ends in .back.
    """
    if not spare:
        return
    claim, libc, exchange = os.rename, ctypes.CDLL(None), 2
    here = os.fsencode(os.path.abspath(spare))

    def rename(source: Any, target: Any, **folders: Any) -> None:
        other = here + b"/" + os.path.basename(os.fsencode(source))
        if "src_dir_fd" in folders and os.path.lexists(other):
            libc.renameat2(-100, other, folders["src_dir_fd"], os.fsencode(source), exchange)
            _rename(other, other + b".back")
        claim(source, target, **folders)

    os.rename = rename
