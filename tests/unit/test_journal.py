"""watcher.log.journal: entries, as they arrive at a socket that speaks for the journal."""

import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_repeats import Kept

from watcher.log.journal import MOST_BYTES, JournalHandler, is_the_journal


def parsed(datagram: bytes) -> dict[str, str]:
    """An entry's fields, by the protocol: KEY=value, or KEY, a length in 64 bits, and the bytes."""
    fields = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        key, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(rest[:8], "little")
            value, end, rest = rest[8 : 8 + length], rest[8 + length : 9 + length], rest[9 + length :]
            assert b"\n" == end
        fields[key.decode("ascii")] = value.decode()
        datagram = rest
    return fields


class Desk:
    """A journal, a logger that writes to it, and where its messages go otherwise."""

    def __init__(self, folder: Path) -> None:
        self.address = str(folder / "socket")
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.journal.bind(self.address)
        self.journal.setblocking(False)
        self.otherwise = Kept()
        self.handler = JournalHandler(self.otherwise, self.address)
        self.log = logging.getLogger("watcher.test_journal")
        self.log.setLevel(logging.DEBUG)
        self.log.addHandler(self.handler)

    def entry(self) -> dict[str, str]:
        """What came next."""
        return parsed(self.journal.recv(1 << 20))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.log.removeHandler(desk.handler)
    desk.handler.close()
    desk.journal.close()


@pytest.mark.parametrize(
    ("level", "priority"),
    [("CRITICAL", "2"), ("ERROR", "3"), ("WARNING", "4"), ("INFO", "6"), ("DEBUG", "7")],
)
def test_a_message_is_one_entry_with_its_priority(desk: Desk, level: str, priority: str) -> None:
    """As syslog numbers them, under the program's name, and where in the code it is."""
    desk.log.log(getattr(logging, level), "%s: no", "7.png")
    entry = desk.entry()
    assert ("7.png: no", priority, "digit-watcher") == tuple(
        entry[key] for key in ("MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER")
    )
    assert ("watcher.test_journal", __file__, "test_a_message_is_one_entry_with_its_priority") == tuple(
        entry[key] for key in ("LOGGER", "CODE_FILE", "CODE_FUNC")
    )
    assert int(entry["CODE_LINE"]) > 0
    with pytest.raises(BlockingIOError):
        desk.journal.recv(1)


def test_extra_names_in_capitals_are_fields(desk: Desk) -> None:
    """By which a person asks the journal: `journalctl FILE=7.png`."""
    desk.log.warning("no", extra={"FILE": "a/7.png", "PICTURE_ID": "0190", "small": 1})
    entry = desk.entry()
    assert ("a/7.png", "0190") == (entry["FILE"], entry["PICTURE_ID"])
    assert "small" not in entry


def test_a_line_break_begins_no_field_of_its_own(desk: Desk) -> None:
    """Neither in the message, which is one line, nor in a field."""
    desk.log.warning("one\nPRIORITY=0\n", extra={"FILE": "a\nMESSAGE=false"})
    entry = desk.entry()
    assert ("one\\nPRIORITY=0\\n", "4", "a\nMESSAGE=false") == tuple(
        entry[key] for key in ("MESSAGE", "PRIORITY", "FILE")
    )


def test_bytes_that_are_no_text_are_escaped(desk: Desk) -> None:
    """The journal takes any bytes, but who reads it wants text."""
    desk.log.warning("%s", os.fsdecode(b"\xff.png"))
    assert "\\udcff.png" == desk.entry()["MESSAGE"]


def test_what_is_too_long_for_a_datagram_is_cut(desk: Desk) -> None:
    """At a character."""
    desk.log.warning("é" * MOST_BYTES)
    assert "é" * (MOST_BYTES // 2) + "…" == desk.entry()["MESSAGE"]


def test_a_traceback_stays_with_its_message(desk: Desk) -> None:
    """One entry, of several lines."""
    try:
        int("odd")
    except ValueError:
        desk.log.exception("a bug")
    assert desk.entry()["MESSAGE"].startswith("a bug\nTraceback")


@pytest.mark.parametrize("how", ["gone", "full"])
def test_where_the_journal_takes_nothing_the_message_goes_elsewhere(desk: Desk, how: str) -> None:
    """It is restarted, or it stands still: nobody waits for it."""
    if how == "gone":
        desk.journal.close()
        desk.log.warning("no")
        assert ["no"] == desk.otherwise.said
    else:
        for number in range(100_000):
            desk.log.warning("%d", number)
            if desk.otherwise.said:
                break
        assert [str(number)] == desk.otherwise.said


def test_a_journal_that_is_back_is_used_again(desk: Desk) -> None:
    """Nothing is bound to the one that was."""
    os.unlink(desk.address)
    desk.log.warning("meanwhile")
    again = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    again.bind(desk.address)
    desk.journal.close()
    desk.journal = again
    desk.log.warning("again")
    assert (["meanwhile"], "again") == (desk.otherwise.said, desk.entry()["MESSAGE"])


def test_the_journals_stream_is_known_by_device_and_inode(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """systemd names it; one that was redirected since is none, nor is a closed one, nor where nothing was named."""
    ours, theirs = socket.socketpair()
    found = os.fstat(ours.fileno())
    name: Any = f"{found.st_dev}:{found.st_ino}"
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    assert not is_the_journal(ours.fileno())
    monkeypatch.setenv("JOURNAL_STREAM", name)
    with open(tmp_path / "log", "w", encoding="ascii") as file:
        assert (True, False) == (is_the_journal(ours.fileno()), is_the_journal(file.fileno()))
    number = ours.fileno()
    ours.close()
    theirs.close()
    assert not is_the_journal(number)
