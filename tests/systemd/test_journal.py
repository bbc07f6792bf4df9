"""Messages of a service, as the real journal has them: one message, one entry, with priority and fields."""

import json
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.systemd.installed import python_inside, why_not_installed
from tests.systemd.machine import Machine, why_not

REPOSITORY = Path(__file__).parents[2]
SAYS = """
import logging
from watcher.log import logs
logs.set_up("info")
log = logging.getLogger("watcher.played")
log.warning("%s: no", "7.png", extra={"FILE": "7.png", "REASON": "two\\nlines"})
for number in range(15):
    log.error("again %d", number)
logs.set_up("info", "plain")
log.info("plain")
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine that is up, with this program's source."""
    if missing := why_not() or why_not_installed():
        pytest.skip(missing)
    shown = {REPOSITORY / "watcher": "/srv/source/watcher", Path(sysconfig.get_path("platlib")): "/opt/packages"}
    if python_inside().startswith("/opt"):
        shown[Path(sys.base_prefix)] = "/opt/python"
    machine = Machine(shown, tmp_path_factory.mktemp("machine") / "console.log")
    yield machine
    machine.end()


@pytest.fixture(scope="module")
def entries(machine: Machine) -> list[dict[str, Any]]:
    """What a service said that speaks as SAYS does; its entries first, then its lines: they come by two ways."""
    machine.write("/srv/says.py", SAYS)
    machine.write(
        "/run/systemd/system/says.service",
        "[Service]\nType=oneshot\nEnvironment=PYTHONPATH=/srv/source:/opt/packages\n"
        f"ExecStart={python_inside()} /srv/says.py\n",
    )
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "says")
    machine.run("journalctl", "--sync")
    lines = machine.run("journalctl", "--unit", "says", "--output", "json", "--no-pager").splitlines()
    found = [json.loads(line) for line in lines]
    ours = [entry for entry in found if entry["SYSLOG_IDENTIFIER"] != "systemd"]
    return sorted(ours, key=lambda entry: entry["_TRANSPORT"] == "stdout")


def test_a_message_is_an_entry_with_its_fields(entries: list[dict[str, Any]]) -> None:
    """People ask the journal by them; `-p warning` finds it by its priority."""
    first = entries[0]
    assert ("7.png: no", "4", "digit-watcher", "7.png", "two\nlines", "watcher.played") == tuple(
        first[key] for key in ("MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "FILE", "REASON", "LOGGER")
    )
    assert ("journal", "says.service") == (first["_TRANSPORT"], first["_SYSTEMD_UNIT"])


def test_what_repeats_is_a_number(entries: list[dict[str, Any]]) -> None:
    """Of fifteen, ten are entries; nothing stands there twice, as entry and as line."""
    errors = [entry["MESSAGE"] for entry in entries if entry["PRIORITY"] == "3"]
    assert [f"again {n}" for n in range(10)] + ["5 more like this one in the last minute: again 14"] == errors
    assert 13 == len(entries)


def test_plain_lines_are_entries_of_the_stream(entries: list[dict[str, Any]]) -> None:
    """As configured: without fields, and as systemd takes any output."""
    assert ("stdout", True) == (entries[-1]["_TRANSPORT"], entries[-1]["MESSAGE"].endswith(" INFO plain"))
