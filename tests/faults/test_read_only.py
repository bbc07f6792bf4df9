"""Fault 16: the disk of the outbox, or of the inbox, becomes read-only, as disks do when they begin to fail.

The kernel makes no file system read-only that is in use (EBUSY), unless it fails: hence ext4's own `abort`,
and a FUSE file system that answers as a read-only one does and can be written again.
"""

import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import wait_for
from tests.faults.mounts import ext4_disk, faulty_disk, unmount
from tests.faults.pauses import OBSERVED, wait_for_end_of_pause, wait_for_pause

READ_ONLY = dict.fromkeys(
    ("write", "create", "mkdir", "rename", "rename2", "unlink", "fallocate", "setattr", "fsync"), "EROFS"
)


def test_a_read_only_outbox_pauses_until_it_may_be_written(place: Place) -> None:
    """No picture is rejected for it; `status` says why and what to do, though status.json cannot be written there."""
    place.configure(**OBSERVED, state="state")
    place.state = place.root / "state"
    with faulty_disk(place.outbox, place.root / "behind") as disk:
        running = place.start()
        dropped = [place.drop("before.png", png(1, "before"))]
        place.wait_for_row("before.png")
        wait_for(lambda: place.unfinished() == 0, "an end of what is unfinished")
        disk.fail(rules=READ_ONLY)
        dropped += [place.drop(f"{n}.png", png(n, "during")) for n in range(5)]
        wait_for_pause(running, "Read-only file system")
        assert len(place.in_work()) + len(list(place.inbox.glob("*.png"))) == 5
        said = place.command("status").stdout
        assert "Read-only file system" in said
        assert "mount it for writing" in said
        done = place.command("check")
        assert done.returncode == 4
        assert f"cannot write in the outbox {place.outbox}: Read-only file system" in done.stdout
        disk.fail()
        wait_for_end_of_pause(running, place)
        place.assert_conserved(dropped)
        assert {row["status"] for row in place.rows()} == {"ok"}
        assert running.stop() == 0


def test_a_read_only_inbox_pauses_until_pictures_may_be_taken(place: Place) -> None:
    """They can be seen and not be moved: that is no fault of theirs, and `status` says what to do."""
    place.configure(**OBSERVED)
    with faulty_disk(place.inbox, place.root / "behind") as disk:
        running = place.start()
        dropped = [place.drop("before.png", png(1, "before"))]
        place.wait_for_row("before.png")
        disk.fail(rules=READ_ONLY)
        data = png(2, "on the share before it failed")
        (disk.behind / "seen.png").write_bytes(data)
        wait_for_pause(running, "Read-only file system")
        wait_for(lambda: place.status().get("state") == "paused", "paused in status.json")
        shown = place.command("status").stdout
        assert "paused" in shown
        assert "Read-only file system" in shown
        assert "mount it for writing" in shown
        assert (place.inbox / "seen.png").read_bytes() == data
        disk.fail()
        dropped.append(place.wait_for_row("seen.png")["sha256"])
        wait_for_end_of_pause(running, place)
        place.assert_conserved(dropped)
        assert running.stop() == 0


def test_a_disk_that_aborts_under_ledger_and_results_loses_nothing(place: Place, tmp_path: Path) -> None:
    """ext4 gives up in the middle of work, with everything of the outbox on it; after a repair the next start mends."""
    place.configure(**OBSERVED)
    image = tmp_path / "disk.ext4"
    with ext4_disk(place.outbox, image):
        running = place.start()
        dropped = [place.drop("before.png", png(1, "before"))]
        place.wait_for_row("before.png")
        subprocess.run(["mount", "-o", "remount,abort", str(place.outbox)], check=False, capture_output=True)
        dropped += [place.drop(f"{n}.png", png(n, "during")) for n in range(5)]
        wait_for(lambda: running.heard("STATUS=paused"), f"systemd told of the pause\n{running.log()}")
        assert running.stop() == 0
        unmount(place.outbox)
        subprocess.run(["e2fsck", "-fy", str(image)], check=False, capture_output=True)
        subprocess.run(["mount", "-o", "loop", str(image), str(place.outbox)], check=True)
        place.once()
        place.assert_conserved(dropped)


@pytest.mark.parametrize("where", ["inbox", "outbox"])
def test_a_start_on_a_read_only_disk_is_refused_with_what_to_do(place: Place, where: str) -> None:
    """Exit code 4, no traceback, nothing touched; once the disk may be written the next start reads."""
    data = png(3)
    place.drop("3.png", data)
    folder = getattr(place, where)
    behind = place.root / "behind"
    folder.rename(behind) if folder.exists() else behind.mkdir()
    with faulty_disk(folder, behind) as disk:
        disk.fail(rules=READ_ONLY)
        done = place.command("run", "--once")
        assert done.returncode == 4, done.stderr
        assert "Read-only file system" in done.stderr
        assert "Traceback" not in done.stderr
        disk.fail()
        place.once()
        place.assert_conserved([sha256(data)])
