"""watcher.checks: the service's unit lets the daemon do what it must."""

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scenes import said, scene_of, without_powers

from watcher.checks import unit
from watcher.checks.unit import check_unit, problems_of

UNIT = {
    "Id": "digit-watcher.service", "User": "digits", "Type": "notify", "WatchdogUSec": "1min",
    "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "ReadWritePaths": "/srv/scans -/srv/more", "StateDirectory": "digits",
}  # fmt: skip
PLACES = {"inbox": Path("/srv/scans/in"), "outbox": Path("/srv/more/out"), "state": Path("/var/lib/digits/state")}


@pytest.mark.parametrize(
    ("changed", "places", "words"),
    [
        ({}, {}, ""),
        (
            {"ReadWritePaths": "/srv/scans"},
            {},
            "FAIL: digit-watcher.service does not let the daemon write to the outbox",
        ),
        ({"StateDirectory": ""}, {}, "ReadWritePaths=/var/lib/digits/state"),
        ({"ProtectSystem": "full", "ReadWritePaths": ""}, {}, ""),
        ({"ProtectSystem": "full"}, {"inbox": Path("/home/ada/in")}, "write to the inbox, /home/ada/in"),
        ({"ProtectSystem": "full", "ProtectHome": "no"}, {"inbox": Path("/home/ada/in")}, ""),
        ({"ProtectSystem": "full"}, {"outbox": Path("/var/tmp/out")}, "write to the outbox, /var/tmp/out"),
        ({"WatchdogUSec": "0"}, {}, "warn: digit-watcher.service has no watchdog"),
        ({"Type": "simple"}, {}, "warn: digit-watcher.service does not wait until the daemon is ready"),
        ({}, {"metrics": {"textfile": Path("/srv/other/x.prom")}}, "write to the metrics.textfile"),
        ({"MemoryDenyWriteExecute": "yes", "PrivateNetwork": "yes"}, {}, ""),
        ({"MemoryDenyWriteExecute": "yes"}, {"engine": "spark"}, "MemoryDenyWriteExecute=yes | `sudo make install SP"),
        ({"PrivateNetwork": "yes"}, {"engine": "spark"}, ""),
        (
            {"PrivateNetwork": "yes"},
            {"engine": "spark", "spark": {"master": "yarn"}},
            "FAIL: digit-watcher.service does not let the daemon read on a Spark cluster: PrivateNetwork=yes",
        ),
        ({"PrivateNetwork": "no"}, {"engine": "spark", "spark": {"master": "yarn"}}, ""),
    ],
)
def test_a_unit_that_keeps_the_daemon_from_what_it_needs_is_a_fault(
    tmp_path: Path, changed: dict[str, str], places: dict[str, Any], words: str
) -> None:
    """Each folder with the line that opens it; a Spark cluster with what writes the drop-in."""
    found = said(lambda scene: problems_of(UNIT | changed, scene), scene_of(tmp_path, **PLACES | places))
    assert (words in found) if words else (found == "")


def test_a_unit_of_another_user_than_the_folders_is_a_fault(tmp_path: Path) -> None:
    """As after a copy by root, say."""
    (tmp_path / "state").mkdir()
    scene = scene_of(tmp_path)
    facts = UNIT | {"ProtectSystem": "no", "ProtectHome": "no", "PrivateTmp": "no"}
    with without_powers(tmp_path):
        assert "runs as digits, and the state folder belongs to" in said(lambda _: problems_of(facts, scene), scene)


def test_the_unit_that_runs_with_these_folders_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the settings that it names; others are others' affair, and so is a systemd that does not answer."""
    (tmp_path / "c.yaml").write_text(f"digit_watcher: 1\ninbox: {tmp_path}/in\noutbox: {tmp_path}/out\n")
    (tmp_path / "in").mkdir()
    shown = (
        "Id=digit-watcher.service\nExecStart={ argv[]=/x run --config /no/such.yaml ; }\n\n"
        f"Id=digit-watcher@x.service\nExecStart={{ argv[]=/x run --config {tmp_path}/c.yaml ; }}\nWatchdogUSec=1min\n"
        "Type=notify\nReadWritePaths=\n\nId=digit-watcher@y.service\n"
    )
    monkeypatch.setattr(unit, "_RUNS", tmp_path)
    monkeypatch.setattr(unit.shutil, "which", lambda _: "/bin/systemctl")
    monkeypatch.setattr(unit.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=shown))
    assert "ok: digit-watcher@x.service lets the daemon write where it must" in said(check_unit, scene_of(tmp_path))
    assert "no systemd unit" in said(check_unit, scene_of(tmp_path, inbox=tmp_path / "other"))

    def hangs(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("systemctl", 10)

    monkeypatch.setattr(unit.subprocess, "run", hangs)
    assert "no systemd unit" in said(check_unit, scene_of(tmp_path))
    monkeypatch.setattr(unit, "_RUNS", tmp_path / "none")
    assert "no systemd unit" in said(check_unit, scene_of(tmp_path))
