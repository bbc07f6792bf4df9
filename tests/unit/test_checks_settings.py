"""watcher.checks: settings that take effect later are tried now."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import Desk
from scenes import all_well, said, scene_of, without_powers

from watcher.checks.scene import Scene
from watcher.checks.settings import check_log, check_metrics, check_retention
from watcher.ids import first_id


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Folders before the first start."""
    (tmp_path / "in").mkdir()
    return scene_of(tmp_path)


def test_what_retention_would_delete_is_told_before_it_is_gone(many: Desk, tmp_path: Path) -> None:
    """All of it is worth a word; some of it is as it should be."""
    now = datetime.now(UTC)
    for number, id_ in enumerate(many.ids()):
        at = first_id(now - timedelta(days=2 + number % 2 * 2, minutes=number))
        many.ledger._db.execute("UPDATE records SET id = ? WHERE id = ?", (at, id_))
    for days, level, words in (
        (1, "warn", "all 8 pictures in archive/ are older than 1 day,"), (3, "ok", "4 of 8 pictures in archive/"),
        (90, "ok", "nothing is to be deleted now"),
    ):  # fmt: skip
        found = said(check_retention, scene_of(tmp_path, retention={"archive_days": days}))
        assert found.startswith(f"{level}: ")
        assert words in found
    found = said(check_retention, scene_of(tmp_path, retention={"archive_bytes": 1 << 20}))
    assert "nothing is to be deleted now" in found
    many.ledger._db.execute("UPDATE records SET size = 1 << 18")
    found = said(check_retention, scene_of(tmp_path, retention={"archive_bytes": 1 << 20}))
    assert "of the 2.1 MB in archive/, 1.0 MB are too many" in found


def test_without_limits_or_without_a_ledger_nothing_is_deleted(scene: Scene, tmp_path: Path) -> None:
    """And that is said."""
    assert "nothing is ever deleted" in said(check_retention, scene)
    assert "nothing is there yet" in said(check_retention, scene_of(tmp_path, retention={"archive_days": 1}))


def test_metrics_need_a_folder_and_a_free_port(tmp_path: Path) -> None:
    """Of which a running daemon has its own."""
    file = tmp_path / "metrics" / "digits.prom"
    assert f"mkdir -p '{tmp_path}/metrics'" in said(check_metrics, scene_of(tmp_path, metrics={"textfile": file}))
    file.parent.mkdir(mode=0o500)
    with without_powers(tmp_path):
        assert "cannot write metrics.textfile" in said(check_metrics, scene_of(tmp_path, metrics={"textfile": file}))
    file.parent.chmod(0o700)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings = {"metrics": {"textfile": file, "port": port}}
        found = said(check_metrics, scene_of(tmp_path, **settings))
        assert f"FAIL: metrics.port {port} is taken by another program" in found
        assert all_well(check_metrics, scene_of(tmp_path, daemon=7, **settings))
    assert f"{file}, http://127.0.0.1:{port}/metrics" in said(check_metrics, scene_of(tmp_path, **settings))
    assert [] == [*file.parent.iterdir()]
    assert "switched off" in said(check_metrics, scene_of(tmp_path))


def test_a_journal_that_is_not_there_is_worth_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one is asked for."""
    monkeypatch.setattr("watcher.checks.settings.SOCKET", str(tmp_path / "none"))
    assert "Set it to auto" in said(check_log, scene_of(tmp_path, log={"format": "journal"}))
    assert all_well(check_log, scene_of(tmp_path))
