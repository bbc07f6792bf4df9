"""watcher.ownership: one daemon per folder, and the inbox that is meant."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from watcher.errors import SurroundingsError
from watcher.ownership import Lock, as_owner_of, holder

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


def test_releasing_twice_closes_nothing_of_others(tmp_path: Path) -> None:
    """The number of a closed descriptor is given to the next file that is opened."""
    lock = Lock(tmp_path, "state")
    lock.release()
    with open(tmp_path / "another", "wb") as file:
        assert not lock.stands
        lock.release()
        file.write(b"still open")


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    """And a link in the place of the lock is not followed."""
    with pytest.raises(SurroundingsError, match="cannot write in the state folder"):
        Lock(tmp_path / "nowhere", "state")
    (tmp_path / "lock").symlink_to("victim")
    with pytest.raises(SurroundingsError):
        Lock(tmp_path, "state")
    assert not (tmp_path / "victim").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
def test_root_acts_as_the_owner_and_is_root_again(tmp_path: Path) -> None:
    """User, group and groups. Of root's own folders, root stays root."""
    before = os.geteuid(), os.getegid(), os.getgroups()
    with as_owner_of(tmp_path) as another:
        assert (False, before) == (another, (os.geteuid(), os.getegid(), os.getgroups()))
    os.chown(tmp_path, 65533, 65532)
    with as_owner_of(tmp_path) as another:
        assert (True, 65533, 65532, []) == (another, os.geteuid(), os.getegid(), os.getgroups())
    assert before == (os.geteuid(), os.getegid(), os.getgroups())


def test_root_that_may_not_act_as_the_owner_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container without that right."""
    found = tmp_path.stat()
    other = os.stat_result((*found[:4], 65533, *found[5:10]))

    def refused(_: object) -> None:
        raise PermissionError(errno.EPERM, "not permitted")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(Path, "stat", lambda _: other)
    monkeypatch.setattr(os, "setgroups", refused)
    with pytest.raises(SurroundingsError, match="belongs to another user, number 65533") as told, as_owner_of(tmp_path):
        pytest.fail("it went on")
    assert "sudo -u" in told.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may act as another user")
def test_a_child_stays_whom_root_acted_as(tmp_path: Path) -> None:
    """Also for shells, which go back to who is behind; whoever acted as nobody else stays, too."""
    os.chown(tmp_path, 65533, 65532)
    code = (
        "import os, sys; from pathlib import Path; from watcher.ownership import as_owner_of, stay_for_good\n"
        "stay_for_good(); before = os.getresuid()\n"
        "with as_owner_of(Path(sys.argv[1])):\n"
        "    stay_for_good(); print(before, os.getresuid(), os.getresgid()); os._exit(os.system('exit $(id -u)') >> 8)"
    )
    done = subprocess.run(
        [sys.executable, "-u", "-c", code, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert "(0, 0, 0) (65533, 65533, 65533) (65532, 65532, 65532)\n" == done.stdout, done.stderr
    assert 65533 % 256 == done.returncode
