"""watcher.checks: inbox, outbox, state and what lies in them; each fault is there for real."""

import os
from pathlib import Path

import pytest
from scenes import ROOT, SOMEBODY, all_well, as_stranger, levels, said, scene_of, without_powers

from watcher.checks.folders import check_inbox, check_outbox, check_state, check_work
from watcher.checks.nesting import check_nesting
from watcher.checks.scene import Scene
from watcher.checks.subfolders import check_subfolders


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Folders as a daemon leaves them."""
    for name in ("in/.work/quarantine", "out/archive", "out/rejected", "state"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("in/.work", "state"):
        (tmp_path / name).chmod(0o700)
    return scene_of(tmp_path)


CHECKS = (check_inbox, check_work, check_outbox, check_state, check_subfolders, check_nesting)


def everything(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


def test_good_folders_are_good_and_stay_as_they_were(scene: Scene, tmp_path: Path) -> None:
    """Nothing is left behind by any try."""
    before = everything(tmp_path)
    with without_powers(tmp_path):
        assert all(all_well(check, scene) for check in CHECKS)
    assert before == everything(tmp_path)


def test_folders_that_the_daemon_will_make_are_no_fault(tmp_path: Path) -> None:
    """Of a first start: all but the inbox."""
    (tmp_path / "in").mkdir()
    for scene in (scene_of(tmp_path), scene_of(tmp_path, state=None)):
        assert all(all_well(check, scene) for check in CHECKS)
        assert "not there yet, and can be made" in said(check_outbox, scene)
        assert "not there yet, and can be made" in said(check_work, scene)


def test_folders_whose_parents_are_missing_are_said_with_the_command_that_makes_them(tmp_path: Path) -> None:
    """The daemon makes one folder: more may be a disk that is not mounted."""
    (tmp_path / "in").mkdir()
    scene = scene_of(tmp_path, outbox=tmp_path / "disk" / "out", state=tmp_path / "other" / "state")
    assert f"Make it: mkdir -p '{tmp_path}/disk'" in said(check_outbox, scene)
    assert f"Make it: mkdir -p '{tmp_path}/other'" in said(check_state, scene)


def test_a_missing_inbox_and_files_in_the_way_are_faults(tmp_path: Path) -> None:
    """One line each, and no other check stumbles over it."""
    for name in ("out", "state"):
        (tmp_path / name).write_text("")
    scene = scene_of(tmp_path)
    assert f"Make it: mkdir -p '{tmp_path}/in'" in said(check_inbox, scene)
    assert [["FAIL"]] * 3 == [levels(check, scene) for check in (check_inbox, check_outbox, check_state)]
    assert [[], []] == [levels(check, scene) for check in (check_work, check_subfolders)]


@pytest.mark.parametrize(
    ("closed", "check", "what"),
    [
        ("in", check_inbox, "cannot write in the inbox"), ("out", check_outbox, "cannot write in the outbox"),
        ("out/archive", check_outbox, "cannot write in archive/"),
        ("out/rejected", check_outbox, "cannot write in rejected/"),
        ("state", check_state, "cannot write in the state folder"), ("in/.work", check_work, "cannot move files into"),
    ],
)  # fmt: skip
def test_a_folder_that_may_not_be_written_to_is_a_fault(
    scene: Scene, tmp_path: Path, closed: str, check: object, what: str
) -> None:
    """Tried for real, with whose affair it is; to a stranger it is only not known."""
    (tmp_path / closed).chmod(0o500)
    with without_powers(tmp_path):
        found = said(check, scene)
        assert f"FAIL: {what}" in found
        assert "Give it to the daemon's user" in found
        assert "FAIL" not in said(check, as_stranger(scene))
    (tmp_path / closed).chmod(0o700)


def test_an_inbox_that_may_not_be_listed_is_a_fault(scene: Scene, tmp_path: Path) -> None:
    """Though files could be put there."""
    (tmp_path / "in").chmod(0o300)
    with without_powers(tmp_path):
        assert "FAIL: cannot list the inbox" in said(check_inbox, scene)
    (tmp_path / "in").chmod(0o700)


@pytest.mark.skipif(not ROOT, reason="only root may give a folder away")
def test_a_sticky_inbox_of_somebody_else_is_a_fault(scene: Scene, tmp_path: Path) -> None:
    """The daemon could write to it, and take nobody's file."""
    with without_powers(tmp_path):
        os.seteuid(0)
        os.chown(scene.config.inbox, SOMEBODY + 1, -1)
        scene.config.inbox.chmod(0o1777)
        os.seteuid(SOMEBODY)
        found = said(check_inbox, scene)
    assert f"FAIL: {scene.config.inbox} is sticky and belongs to " in found
    assert "chown watcher" in found


def test_an_inbox_that_many_may_write_to_and_that_is_not_sticky_is_worth_a_word(scene: Scene) -> None:
    """Anybody could move the work folder away."""
    scene.config.inbox.chmod(0o777)
    assert ["ok", "warn"] == levels(check_inbox, scene)
    assert "chmod +t" in said(check_inbox, scene)


def test_a_link_where_the_work_folder_should_be_is_a_fault(scene: Scene, tmp_path: Path) -> None:
    """It may lead anywhere."""
    (tmp_path / "in/.work").rename(tmp_path / "elsewhere")
    (tmp_path / "in/.work").symlink_to(tmp_path / "elsewhere")
    assert "is no folder" in said(check_work, scene)


def test_subfolders_and_files_that_cannot_be_taken_are_named(scene: Scene, tmp_path: Path) -> None:
    """Closed ones, ones on another file system, unreadable files; hidden ones do not count."""
    for name in ("open", "closed", "unlisted", "share", ".hidden"):
        (tmp_path / "in" / name).mkdir()
        (tmp_path / "in" / name / "7.png").write_text("")
    (tmp_path / "in" / "secret.png").write_text("")
    mounts = f"1 2 0:9 / {tmp_path}/in/share rw - nfs4 host:/x rw\n"
    for name, mode in (("closed", 0o500), ("unlisted", 0o300), (".hidden", 0), ("secret.png", 0)):
        (tmp_path / "in" / name).chmod(mode)
    with without_powers(tmp_path):
        found = said(check_subfolders, scene_of(tmp_path, mounts))
    for name in ("closed", "unlisted", ".hidden"):
        (tmp_path / "in" / name).chmod(0o700)
    assert "files in 3 folders of the inbox cannot be taken" in found
    assert "closed (closed to the daemon's user)" in found
    assert "share (a file system of its own)" in found
    assert "unlisted (" in found
    assert "may not read 1 file in the inbox: secret.png" in found
    assert ".hidden" not in found


def test_a_large_inbox_is_looked_at_in_part(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And that is said."""
    monkeypatch.setattr("watcher.checks.subfolders.MOST_LOOKED_AT", 2)
    for number in range(4):
        (tmp_path / "in" / f"f{number}").mkdir()
    assert "of the first 2 entries" in said(check_subfolders, scene)


@pytest.mark.parametrize(
    ("link", "target", "what"),
    [
        ("out", "in/results", "the outbox"),
        ("state", "in/deep/state", "the state folder"),
        ("out/archive", "in", "archive/"),
        ("in", "out/in", "the inbox"),
        ("out", "state/out", "the outbox"),
    ],
)
def test_folders_in_each_other_through_a_link_are_a_fault(tmp_path: Path, link: str, target: str, what: str) -> None:
    """Their names lie apart; what they are does not."""
    for name in ("in", "out", "state"):
        if name != link:
            (tmp_path / name).mkdir()
    (tmp_path / target).mkdir(parents=True, exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / target)
    found = said(check_nesting, scene_of(tmp_path))
    assert f"FAIL: through a link or a mount, {what}" in found
    assert "realpath" in found


def test_metrics_that_would_be_written_into_the_inbox_through_a_link_are_a_fault(scene: Scene, tmp_path: Path) -> None:
    """The file would be taken for a picture that never is whole."""
    (tmp_path / "metrics").symlink_to(tmp_path / "in")
    found = said(check_nesting, scene_of(tmp_path, metrics={"textfile": tmp_path / "metrics" / "x.prom"}))
    assert "the folder of metrics.textfile" in found
