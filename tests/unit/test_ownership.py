"""watcher.ownership: one daemon per folder, and the inbox that is meant."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.ownership import Lock, adopt, check_identity, holder

HOLD = "import fcntl, sys; fcntl.flock(f := open(sys.argv[1], 'r+'), fcntl.LOCK_EX); print('held', flush=True); input()"


def test_a_folder_is_locked_once(tmp_path: Path) -> None:
    """A second lock is refused with the holder's pid and what to do; after release it is free."""
    lock = Lock(tmp_path, "state")
    with pytest.raises(SurroundingsError, match=rf"another .* \(pid {os.getpid()}\) has the state") as refused:
        Lock(tmp_path, "state")
    assert "Stop it first" in refused.value.hint
    lock.release()
    Lock(tmp_path, "state").release()


def test_the_holder_is_known_while_it_lives(tmp_path: Path) -> None:
    """Its pid while it holds the lock; None where there is no lock, or one left behind by a process that died."""
    assert None is holder(tmp_path)
    lock = Lock(tmp_path, "state")
    assert os.getpid() == holder(tmp_path)
    lock.release()
    assert (None, f"{os.getpid()}\n") == (holder(tmp_path), (tmp_path / "lock").read_text())


def test_another_process_is_seen(tmp_path: Path) -> None:
    """The lock is the kernel's: it ends with the process, however that ends."""
    (tmp_path / "lock").write_text("4711\n")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        assert 4711 == holder(tmp_path)
        with pytest.raises(SurroundingsError, match="pid 4711"):
            Lock(tmp_path, "state")
        other.kill()
        other.wait()
    assert None is holder(tmp_path)


def test_a_lock_is_not_inherited(tmp_path: Path) -> None:
    """Reader processes must not keep the folder locked when the daemon has died."""
    lock = Lock(tmp_path, "state")
    assert not os.get_inheritable(lock._descriptor)
    lock.release()


def test_a_lock_file_that_was_deleted_does_not_stand(tmp_path: Path) -> None:
    """An inbox that was made anew has no lock of ours."""
    lock = Lock(tmp_path, "work")
    assert lock.stands
    os.unlink(tmp_path / "lock")
    assert not lock.stands
    (tmp_path / "lock").touch()
    assert not lock.stands
    lock.release()


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    """And a link in the place of the lock is not followed."""
    with pytest.raises(SurroundingsError, match="cannot write in the state folder"):
        Lock(tmp_path / "nowhere", "state")
    (tmp_path / "lock").symlink_to("victim")
    with pytest.raises(SurroundingsError):
        Lock(tmp_path, "state")
    assert not (tmp_path / "victim").exists()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "in" / ".work").mkdir(parents=True)
    return tmp_path / "in"


def test_the_first_start_marks_both(inbox: Path, ledger: Ledger) -> None:
    """The mark in the inbox is the ledger's; the next check is content."""
    check_identity(inbox, ledger)
    assert ledger.meta("identity") == (inbox / ".work" / "identity").read_text().strip()
    check_identity(inbox, ledger)


def test_an_inbox_made_anew_at_the_same_place_is_taken_on(inbox: Path, ledger: Ledger) -> None:
    """Deleted and made again on the same disk: it gets a new mark."""
    check_identity(inbox, ledger)
    before = ledger.meta("identity")
    (inbox / ".work" / "identity").unlink()
    check_identity(inbox, ledger)
    assert before != ledger.meta("identity") == (inbox / ".work" / "identity").read_text().strip()


def test_a_share_that_is_not_mounted_is_noticed(inbox: Path, ledger: Ledger) -> None:
    """No mark, and the folder lies on another device: it is not taken for an empty inbox."""
    check_identity(inbox, ledger)
    ledger.set_meta("inbox_device", "4711")
    (inbox / ".work" / "identity").unlink()
    with pytest.raises(SurroundingsError, match="is not the one that the ledger") as refused:
        check_identity(inbox, ledger)
    assert "mounted?" in refused.value.hint
    assert "init --adopt" in refused.value.hint
    assert not (inbox / ".work" / "identity").exists()


@pytest.mark.parametrize("known", [None, "another-mark"])
def test_another_daemons_inbox_is_refused(inbox: Path, ledger: Ledger, known: str | None) -> None:
    """A mark that the ledger does not know: another state's inbox, or a ledger that was lost."""
    (inbox / ".work" / "identity").write_text("strange-mark\n")
    if known:
        ledger.set_meta("identity", known)
    with pytest.raises(SurroundingsError, match=str(inbox)):
        check_identity(inbox, ledger)
    adopt(inbox, ledger)
    check_identity(inbox, ledger)
