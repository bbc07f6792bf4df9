"""Pictures that end, hold or use up the process that shows them to people, or take it over."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.process import wait_for
from watcher.confinement import landlock_version
from watcher.viewing.viewer import View, Viewer

ROOT = Path(__file__).parents[2]
CRASH, SEGV, HANG, EAT, LIE, TRY = "CRASH it", "SEGV in it", "HANG it", "EAT its memory", "LIE to the parent", "TRY all"
_SITECUSTOMIZE = f"""
import os, sys
if "watcher.viewing.child" in sys.orig_argv:
    import ctypes, socket, time
    from watcher.recognition import decode
    from watcher.recognition.verdict import Reason, Unreadable

    whole = decode.decode
    secret = os.environ["SECRET"]

    def tried():
        attempts = dict(
            read=lambda: open(secret), write=lambda: open(secret, "w"), list=lambda: os.listdir("/"),
            run=lambda: os.execv("/bin/true", ["true"]), files=lambda: [os.dup(0) for _ in range(64)],
        )
        for name, attempt in attempts.items():
            try:
                attempt()
                yield name + ":allowed"
            except OSError as error:
                yield name

    def faulty(data, limits):
        if b"{CRASH}" in data:
            os._exit(7)
        if b"{SEGV}" in data:
            ctypes.string_at(0)
        if b"{HANG}" in data:
            time.sleep(600)
        if b"{EAT}" in data:
            eaten = [bytearray(1 << 20) for _ in range(1 << 20)]
        if b"{LIE}" in data:
            os.write(0, b"<script>alert(1)</script>" * 1000)
        if b"{TRY}" in data:
            raise Unreadable(Reason.BLANK, " ".join(tried()))
        return whole(data, limits)

    decode.decode = faulty
"""


@pytest.fixture
def viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Viewer]:
    """One whose child obeys words in the comments of pictures."""
    (tmp_path / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")
    (tmp_path / "secret").write_text("other people's", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("SECRET", str(tmp_path / "secret"))
    with Viewer(1_000_000, 1 << 20, seconds_per_picture=1.0) as viewer:
        yield viewer


@pytest.mark.parametrize("used", [False, True], ids=["fresh", "used"])
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (CRASH, "opening this picture ended the process that did it"),
        (SEGV, "opening this picture ended the process that did it"),
        (EAT, "opening this picture takes more memory than it may"),
        (HANG, "it took too long to open this picture"),
        (LIE, "opening this picture ended the process that did it"),
    ],
    ids=["crash", "segv", "eat", "hang", "lie"],
)
def test_it_gives_a_sentence_and_the_next_picture_goes_on(viewer: Viewer, fault: str, why: str, used: bool) -> None:
    """Over the first picture of a child and over a later one; the child is started anew."""
    if used:
        assert viewer.view(png(5)).picture
    assert View(why=why) == viewer.view(png(7, fault))
    after = viewer.view(png(3))
    assert ("", True, True) == (after.why, bool(after.picture), bool(after.seen))


def test_one_that_was_taken_over_can_do_nothing(viewer: Viewer) -> None:
    """No file, no listing, no program: it has the bytes it was sent, and answers with pixels."""
    refused = ["read", "write", "list", "run"] if landlock_version() else []
    assert [*refused, "files"] == [name for name in viewer.view(png(7, TRY)).why.split() if name in (*refused, "files")]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_roots_child_is_not_root(viewer: Viewer) -> None:
    """It becomes nobody, with no way back, and no group but nobody's."""
    viewer.view(png(1))
    assert viewer._child is not None
    said = Path(f"/proc/{viewer._child._process.pid}/status").read_text(encoding="ascii")
    assert [["65534"] * 4, ["65534"] * 4, []] == [
        line.split()[1:] for line in said.splitlines() if line.startswith(("Uid:", "Gid:", "Groups:"))
    ]


def test_it_ends_with_its_parent(viewer: Viewer) -> None:
    """Killed while a picture holds the child: nothing is left behind."""
    code = f"""
from watcher.viewing.viewer import Viewer
viewer = Viewer(1_000_000, 1 << 20, 600)
viewer.view({png(1)!r})
print(viewer._child._process.pid, flush=True)
viewer.view({png(7, HANG)!r})
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = Path("/proc", parent.stdout.readline().strip())
        assert child.exists()
        parent.kill()
    wait_for(lambda: has_ended(child), "the end of the child")


def has_ended(process: Path) -> bool:
    """Whether a folder of /proc stands for nothing, or for what nobody has taken note of yet."""
    try:
        return "State:\tZ" in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
