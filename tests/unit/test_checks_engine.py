"""watcher.checks.engine: what reading on a cluster needs, and the session that shows it. Spark and Java are played."""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scenes import ROOT, all_well, as_stranger, levels, said, scene_of, without_powers

from watcher.checks import engine as module
from watcher.checks.engine import check_engine
from watcher.checks.findings import found_by
from watcher.checks.limits import check_memory
from watcher.checks.reading import check_readers
from watcher.checks.scene import Scene
from watcher.errors import ConfigError, SurroundingsError
from watcher.models import SHIPPED
from watcher.ownership import Lock


class Session:
    """One that reads at once, or says why not; its size is as of an open one."""

    misread, differing = "", ""

    def __init__(self, scratch: Path, error: Exception | None = None) -> None:
        self.error, self.scratch, self.slots, self.executors, self.closed = error, scratch, 8, 2, False

    def await_ready(self, seconds: float) -> None:
        (self.scratch / "driver.log").write_text(f"{seconds:g} s")
        if self.error:
            raise self.error

    def close(self) -> None:
        self.closed, self.slots, self.executors = True, 0, 0


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Session]:
    """All sessions that were opened; pyspark and Java are there."""
    opened: list[Session] = []

    def begin(config: object, files: object, model: object, scratch: Path) -> Session:
        opened.append(Session(scratch))
        return opened[-1]

    monkeypatch.setattr(module, "session_on_trial", begin)
    monkeypatch.setattr(module, "pyspark_version", lambda: "4.3.0")
    monkeypatch.setattr(module, "java_version", lambda: "17.0.15")
    monkeypatch.setattr(module, "refuse_nameless", lambda: None)
    monkeypatch.setattr(module, "LONGEST_SCRATCH", 1000)  # folders of tests have long names
    return opened


@pytest.fixture
def master() -> Iterator[str]:
    """The address of something that listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"spark://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With an inbox that a daemon has had, and its state."""
    for name in ("in/.work", "state"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "in" / ".work" / "identity").touch()
    return tmp_path


def spark_scene(folder: Path, *, daemon: int | None = None, **spark: Any) -> Scene:
    return scene_of(folder, daemon=daemon, engine="spark", spark=spark)


def test_without_a_cluster_there_is_little_to_say(folder: Path) -> None:
    """Nothing of Spark's is looked for."""
    assert "ok: pictures are read on this machine | " == said(check_engine, scene_of(folder))


def test_a_session_is_opened_and_what_it_left_is_gone(folder: Path, master: str, opened: list[Session]) -> None:
    """Versions, master, size; it may take as long as pictures may wait, and writes in a folder of its own."""
    scene = spark_scene(folder, master=master, patience_seconds=20.0)
    assert all_well(check_engine, scene)
    assert [folder / "state" / "spark-check"] == [one.scratch for one in opened]
    assert all(one.closed for one in opened)
    assert [] == os.listdir(folder / "state")
    text = said(check_engine, scene)
    for words in ("pyspark 4.3.0, Java 17.0.15", f"{master} answers", "2 executors, 8 pictures at a time"):
        assert words in text
    assert str(folder / "in") in text


def test_before_the_first_start_nothing_stays_either(
    tmp_path: Path, master: str, opened: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no state folder to write in, and no work folder that executors could miss: that is said."""
    (tmp_path / "in").mkdir()
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path / "temporary"))
    found = said(check_engine, spark_scene(tmp_path, master=master))
    assert "warn: not known: whether executors see the work folder" in found
    assert [tmp_path / "temporary"] == [one.scratch.parent for one in opened]
    assert [] == os.listdir(tmp_path / "temporary")
    assert not (tmp_path / "state").exists()


def test_a_session_that_fails_leaves_its_logs(
    folder: Path, master: str, opened: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the folder that they are in."""
    begun = module.session_on_trial
    error = SurroundingsError("no executor has come within 60 s", hint="Are workers up?")

    def failing(*arguments: Any) -> Any:
        begun(*arguments)
        opened[-1].error = error
        return opened[-1]

    monkeypatch.setattr(module, "session_on_trial", failing)
    assert "FAIL: no executor has come within 60 s | Are workers up?" in said(check_engine, spark_scene(folder))
    assert ["driver.log"] == os.listdir(folder / "state" / "spark-check")
    assert opened[-1].closed


def test_what_a_jvm_writes_at_its_end_is_removed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends a moment after the session."""
    folder, removed = tmp_path / "scratch", list[str]()
    folder.mkdir()
    really = module.shutil.rmtree

    def meanwhile(path: Path, *, ignore_errors: bool) -> None:
        removed.append(path.name)
        if len(removed) > 2:
            really(path, ignore_errors=ignore_errors)

    monkeypatch.setattr(module.shutil, "rmtree", meanwhile)
    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    module._remove(folder)
    assert (3, []) == (len(removed), os.listdir(tmp_path))


def test_other_versions_on_executors_are_told(folder: Path, opened: list[Session], monkeypatch: Any) -> None:
    """They read all the same."""
    monkeypatch.setattr(Session, "differing", "numpy 2.0 on a, here 2.1")
    assert "warn: executors have other versions than this machine: numpy 2.0 on a, here 2.1" in said(
        check_engine, spark_scene(folder)
    )


def test_what_is_missing_is_told_at_once_and_no_session_is_opened(
    folder: Path, opened: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each thing by itself, with the exit code that a start would have."""

    def missing() -> str:
        raise ConfigError("no java", hint="install it")

    monkeypatch.setattr(module, "java_version", missing)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        scene = spark_scene(
            folder, master=f"spark://127.0.0.1:{closed.getsockname()[1]}", properties=folder / "none.conf"
        )
        found = [(finding.level.value, finding.code) for finding in found_by(check_engine, scene)]
        text = said(check_engine, scene)
    assert [("FAIL", 3), ("FAIL", 3), ("ok", 0), ("FAIL", 4)] == found
    assert "FAIL: no java | install it" in text
    assert "spark.properties" in text
    assert "no Spark master answers" in text
    assert [] == opened


def test_secrets_that_everybody_can_read_are_told(folder: Path, opened: list[Session]) -> None:
    """The key, not the value; a file without secrets may be open."""
    file = folder / "spark.conf"
    scene = spark_scene(folder, properties=file)
    for text, mode, told in (
        ("spark.authenticate.secret 1234", 0o644, True),
        ("spark.authenticate.secret 1234", 0o640, False),
        ("spark.cores.max 4", 0o644, False),
    ):
        file.write_text(text)
        file.chmod(mode)
        found = said(check_engine, scene)
        assert told is (f"warn: everybody can read {file}, which has spark.authenticate.secret: mode 0644" in found)
        assert "1234" not in found


def test_settings_that_are_ours_to_say_are_told(folder: Path, opened: list[Session]) -> None:
    """Somebody may think that a task is tried four times."""
    file = folder / "spark.conf"
    file.write_text("spark.task.maxFailures 4\nspark.cores.max 4\n")
    found = said(check_engine, spark_scene(folder, properties=file))
    assert f"warn: spark.task.maxFailures in {file} is without effect" in found
    assert f"ok: {file}: 2 settings of Spark's own" in found


def test_a_state_whose_path_is_too_long_for_sockets_is_told(
    folder: Path, opened: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By how much, what it costs, and how long it may be; it works all the same."""
    longest = len(os.fsencode(folder / "state" / "spark"))
    monkeypatch.setattr(module, "LONGEST_SCRATCH", longest)
    assert "40 ms" not in said(check_engine, spark_scene(folder))
    monkeypatch.setattr(module, "LONGEST_SCRATCH", longest - 3)
    found = said(check_engine, spark_scene(folder))
    assert "warn: the state folder's path is 3 bytes too long for Unix sockets: each task waits 40 ms longer" in found
    assert f"A `state` of {longest - 3 - len('/spark')} bytes" in found


def test_executors_on_this_machine_must_find_the_inbox_where_it_is(folder: Path, opened: list[Session]) -> None:
    """Another path belongs to another machine, or is a link to the same folder."""
    (folder / "other").mkdir()
    (folder / "link").symlink_to(folder / "in")
    gone, other, link = (spark_scene(folder, inbox=folder / name) for name in ("gone", "other", "link"))
    assert f"FAIL: there is no folder {folder / 'gone'}" in said(check_engine, gone)
    assert f"FAIL: {folder / 'other'} is another folder than the inbox" in said(check_engine, other)
    assert [] == opened
    assert all_well(check_engine, link)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"engine": {"kind": "spark", "executors": 1, "slots": 4}}, "ok: the daemon has a session: 1 executor, 4 pict"),
        (
            {"engine": {"kind": "spark", "executors": 0}, "trouble": "no executor", "hint": "Are workers up?"},
            "warn: the daemon has no executor: no executor | Are workers up?",
        ),
        ({"engine": {"kind": "spark", "executors": 0}}, "warn: the daemon has no executor | The master's page"),
        ({"engine": {"kind": "local", "executors": 2}}, "warn: the daemon reads on this machine | Start it anew"),
    ],
)
def test_beside_a_daemon_its_own_session_counts(
    folder: Path, opened: list[Session], status: dict[str, Any], expected: str
) -> None:
    """Another one would take executors from it."""
    (folder / "out").mkdir()
    (folder / "out" / "status.json").write_text(json.dumps({"state": "running", "pid": os.getpid()} | status))
    lock = Lock(folder / "state", "state")
    found = said(check_engine, spark_scene(folder, daemon=os.getpid()))
    lock.release()
    assert expected in found
    assert [] == opened


def test_beside_one_that_starts_nothing_is_tried(folder: Path, opened: list[Session]) -> None:
    """It has not said anything yet."""
    lock = Lock(folder / "state", "state")
    found = said(check_engine, spark_scene(folder, daemon=os.getpid()))
    lock.release()
    assert "ok: not tried beside the daemon, which is about to open a session" in found
    assert [] == opened


def test_a_stranger_opens_no_session(folder: Path, opened: list[Session]) -> None:
    """Executors would read as somebody who may not; what can be seen is said."""
    assert "warn: not tried: the session is the daemon's user's to open | " in said(
        check_engine, as_stranger(spark_scene(folder))
    )
    assert [] == opened


@pytest.mark.skipif(not ROOT, reason="only root may act as another user")
def test_a_state_that_may_not_be_written_is_told(folder: Path, opened: list[Session]) -> None:
    """And no traceback. The model is in reach of that user, who may not see where this checkout lies."""
    model = Path(shutil.copytree(SHIPPED, folder / "model"))
    with without_powers(folder):
        (folder / "state").chmod(0o500)
        found = said(check_engine, scene_of(folder, engine="spark", model=model))
        (folder / "state").chmod(0o700)
    assert f"FAIL: cannot make {folder / 'state' / 'spark-check'}: Permission denied" in found
    assert [] == opened


def test_a_daemon_whose_pictures_others_read_needs_little(folder: Path) -> None:
    """Other checks say so: no reader starts here, and the driver has a heap of its own."""
    scene = spark_scene(folder)
    assert "Spark's driver need 1.9 GB" in said(check_memory, scene)
    assert "on executors" in said(check_readers, scene)
    assert ["ok"] == levels(check_readers, scene)
