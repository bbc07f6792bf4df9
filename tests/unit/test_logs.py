"""watcher.log.logs: where messages go, and how they look there."""

import json
import logging
import os
import pty
import re
import socket
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from watcher.log import logs

log = logging.getLogger("watcher.test_logs")


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """The loggers are everybody's."""
    root, watcher = logging.getLogger(), logging.getLogger("watcher")
    levels, handlers = (root.level, watcher.level), list(root.handlers)
    yield
    for handler in [one for one in root.handlers if one not in handlers]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(levels[0])
    watcher.setLevel(levels[1])


def read_all(descriptor: int) -> str:
    """What stands in a pipe, or comes out of a terminal up to the end of a line: the kernel hands it over later."""
    data = b""
    while not data.endswith(b"\n"):
        data += os.read(descriptor, 1 << 20)
    return data.decode()


def test_a_line_has_time_level_and_message() -> None:
    """The time with its zone: such lines are looked at elsewhere."""
    ours, descriptor = os.pipe()
    logs.set_up("info", descriptor=descriptor)
    log.warning("%s: no", "7.png")
    log.debug("not asked for")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d WARNING 7\.png: no\n", read_all(ours))


def test_a_message_is_one_line_that_no_terminal_obeys() -> None:
    """Whatever a path that stands in it was called."""
    ours, descriptor = os.pipe()
    logs.set_up("info", descriptor=descriptor)
    log.error("a\nb\x1b[2J\udcff\u202e")
    assert read_all(ours).endswith("ERROR a\\nb\\x1b[2J\\udcff\\u202e\n")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm"}, "\r\x1b[K\x1b[2mTIME\x1b[0m \x1b[33mWARNING\x1b[0m no\n"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "\r\x1b[KTIME WARNING no\n"),
        ({"TERM": "dumb"}, "TIME WARNING no\n"),
    ],
)
def test_a_terminal_gets_the_time_of_day_and_a_little_colour(
    environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None where it is not wanted, or not understood; over the bar that may stand there."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    ours, descriptor = pty.openpty()
    logs.set_up("info", descriptor=descriptor)
    log.warning("no")
    assert expected == re.sub(r"\d\d:\d\d:\d\d", "TIME", read_all(ours).replace("\r\n", "\n"))


class Systemd:
    """A journal's socket, and the stream that a service has for standard error."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "socket")
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.journal.bind(self.address)
        self.journal.setblocking(False)
        self.stream, self.stderr = socket.socketpair()
        self.stream.setblocking(False)

    def close(self) -> None:
        for one in (self.journal, self.stream, self.stderr):
            one.close()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    systemd = Systemd(tmp_path)
    found = os.fstat(systemd.stderr.fileno())
    monkeypatch.setenv("JOURNAL_STREAM", f"{found.st_dev}:{found.st_ino}")
    yield systemd
    systemd.close()


@pytest.mark.parametrize("form", ["auto", "journal"])
def test_where_systemd_reads_messages_are_entries(systemd: Systemd, form: str) -> None:
    """Nothing is written to the stream too: it would stand in the journal twice."""
    logs.set_up("info", form, descriptor=systemd.stderr.fileno(), journal=systemd.address)
    log.warning("no", extra={"FILE": "7.png"})
    entry = systemd.journal.recv(4096)
    assert (True, True) == (b"MESSAGE=no\nPRIORITY=4\n" in entry, b"FILE=7.png\n" in entry)
    with pytest.raises(BlockingIOError):
        systemd.stream.recv(1)


def test_without_the_journals_socket_lines_say_their_priority(systemd: Systemd) -> None:
    """systemd takes it from the stream: one line is one entry."""
    logs.set_up("info", descriptor=systemd.stderr.fileno(), journal=systemd.address + "-gone")
    log.error("a\nb")
    log.info("c")
    assert b"<3>a\\nb\n<6>c\n" == systemd.stream.recv(4096)


def test_plain_is_plain_under_systemd_too(systemd: Systemd) -> None:
    """As configured."""
    logs.set_up("info", "plain", descriptor=systemd.stderr.fileno(), journal=systemd.address)
    log.warning("no")
    assert systemd.stream.recv(4096).endswith(b" WARNING no\n")


def test_set_up_again_takes_the_place_of_what_was(systemd: Systemd) -> None:
    """Another level and another form; what was held back is said, and the last error is not forgotten."""
    logs.set_up("info", "plain", descriptor=systemd.stderr.fileno())
    for _ in range(15):
        log.error("no")
    logs.set_up("warning", descriptor=systemd.stderr.fileno(), journal=systemd.address)
    log.info("not asked for any more")
    log.warning("new")
    said = systemd.stream.recv(1 << 16).decode().splitlines()
    assert (11, True) == (len(said), said[-1].endswith("ERROR 5 more like this one in the last minute: no"))
    assert systemd.journal.recv(4096).startswith(b"MESSAGE=new\n")
    error = logs.last_error()
    assert error is not None
    assert "no" == error.message


def test_libraries_are_heard_from_warnings_on() -> None:
    """At `debug`, one of them would tell of every event in every folder."""
    ours, descriptor = os.pipe()
    logs.set_up("debug", descriptor=descriptor)
    logging.getLogger("watchdog").debug("an event")
    logging.getLogger("watchdog").warning("a thing")
    log.debug("ours")
    assert ["WARNING a thing", "DEBUG ours"] == [line.partition(" ")[2] for line in read_all(ours).splitlines()]


def test_the_loop_has_repeats_told() -> None:
    """There may be no next message."""
    now, (ours, descriptor) = [0.0], os.pipe()
    logs.set_up("info", descriptor=descriptor, clock=lambda: now[0])
    for _ in range(15):
        log.warning("no")
    now[0] = 61.0
    logs.tell_repeats()
    assert read_all(ours).endswith("WARNING 5 more like this one in the last minute: no\n")


def test_a_reader_that_stands_still_holds_up_nobody() -> None:
    """What it does not take is dropped; once it reads again, it is told how many."""
    ours, descriptor = os.pipe()
    logs.set_up("debug", descriptor=descriptor)
    for _ in range(50):
        log.debug("x" * 4000)
    read_all(ours)
    log.debug("again")
    lines = read_all(ours).splitlines()
    assert re.fullmatch(r"\(\d+ lines could not be written\)", lines[0])
    assert lines[1].endswith("again")


def test_a_terminal_that_was_stopped_holds_up_nobody() -> None:
    """Ctrl-S, and away."""
    ours, descriptor = pty.openpty()
    logs.set_up("info", descriptor=descriptor)
    termios.tcflow(descriptor, termios.TCOOFF)
    log.warning("no")
    termios.tcflow(descriptor, termios.TCOON)
    log.warning("yes")
    said = read_all(ours)
    while "yes" not in said:
        said += read_all(ours)
    assert said.startswith("(1 line could not be written)")


@pytest.mark.parametrize("how", ["closed", "nobody reads", "full"])
def test_a_log_that_fails_ends_nothing(how: str) -> None:
    """A closed descriptor, a pipe whose reader has gone, a full disk."""
    ours, descriptor = os.pipe()
    if how == "full":
        descriptor = os.open("/dev/full", os.O_WRONLY)
    logs.set_up("info", descriptor=descriptor)
    os.close(descriptor if how == "closed" else ours)
    log.error("no")
    logs.tell_repeats()


def test_a_line_is_no_longer_than_a_pipe_takes_at_once() -> None:
    """Cut at a character."""
    ours, descriptor = os.pipe()
    logs.set_up("info", descriptor=descriptor)
    log.info("é" * 5000)
    line = read_all(ours)
    assert (True, True) == (4090 < len(line.encode()) <= 4096, line.endswith("é…\n"))


_STARTED_CLOSED = """
import json, os
from watcher.log import logs
logs.set_up("info")
import logging
logging.getLogger("watcher").error("no")
with open("/dev/null") as file:
    print(json.dumps([file.fileno(), os.path.realpath("/proc/self/fd/2")]))
"""


def test_a_closed_standard_error_is_nobody_elses_number() -> None:
    """Else the next file that is opened gets it, such as results.csv, and all that C libraries complain."""
    done = subprocess.run(
        ["sh", "-c", '"$0" -c "$1" 2>&-', sys.executable, _STARTED_CLOSED], capture_output=True, text=True, check=True
    )
    number, where = json.loads(done.stdout)
    assert (True, "/dev/null") == (number > 2, where)
