"""watcher.spark.driver: what of Spark's words is passed on to people."""

import json
import socket
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest
from played_session import settings

from watcher.spark import driver
from watcher.spark.diagnosis import why

OF_PYTHON = """[PYTHON_EXCEPTION] An exception was thrown from the Python worker: Traceback (most recent call last):
  File "/srv/python/lib/pyspark.zip/pyspark/worker.py", line 4327, in invoke_udf
    run_process()
ModuleNotFoundError: No module named 'numpy'
 SQLSTATE: 38000"""
OF_AN_EXECUTOR = """Job aborted due to stage failure: Task 0 in stage 3.0 failed 1 times, most recent failure: Lost\
 task 0.0 in stage 3.0 (TID 7) (10.0.0.7 executor 1): ExecutorLostFailure (executor 1 exited caused by one of the\
 running tasks) Reason: Command exited with code 137
Driver stacktrace:
\tat org.apache.spark.scheduler.DAGScheduler.abortStage(DAGScheduler.scala:2935)"""


def of_java(message: str | Callable[[], str]) -> Exception:
    """An error of Java's, as py4j has it."""
    words = message if callable(message) else lambda: message
    error = RuntimeError("An error occurred while calling o7.x\n\tat a.b.c(D.scala:1)")
    error.java_exception = SimpleNamespace(getMessage=words)  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (of_java(OF_PYTHON), "an executor's Python: ModuleNotFoundError: No module named 'numpy'"),
        (
            of_java(OF_AN_EXECUTOR),
            "Lost task 0.0 in stage 3.0 (TID 7) (10.0.0.7 executor 1): ExecutorLostFailure (executor 1 exited caused by"
            " one of the running tasks) Reason: Command exited with code 137",
        ),
        (of_java("first\n\tat a.b(C.java:1)\nCaused by: last"), "first … Caused by: last"),
        (RuntimeError("[JAVA_GATEWAY_EXITED] it exited"), "[JAVA_GATEWAY_EXITED] it exited"),
        (RuntimeError(""), "RuntimeError"),
    ],
    ids=["python", "executor", "cause", "gateway", "none"],
)
def test_what_matters_is_told(error: Exception, expected: str) -> None:
    """One line: what failed, and why, without the places that it passed through."""
    assert expected == why(error)


class Gone:
    """What is left of a session: its JVM has its errors' words as long as it is there."""

    slots = 1

    def __init__(self, *_: object) -> None:
        self.there = True

    def __enter__(self) -> "Gone":
        return self

    def __exit__(self, *_: object) -> None:
        self.there = False

    def await_executors(self, seconds: float) -> None:
        raise of_java(self.words)

    def words(self) -> str:
        if not self.there:
            raise ConnectionRefusedError(111, "Connection refused")
        return OF_PYTHON


def test_what_a_session_failed_with_is_asked_for_before_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else there is nobody to answer; the daemon hears it with what to do."""
    ours, theirs = socket.socketpair()
    told = asdict(settings(tmp_path, scratch=str(tmp_path), python="/there/python"))
    monkeypatch.setattr(driver, "begin_as_child", lambda: (theirs, told))
    monkeypatch.setattr(driver, "held_bytes", lambda _: b"")
    monkeypatch.setattr(driver, "_own_log", lambda _: None)
    monkeypatch.setattr(driver, "Cluster", Gone)
    monkeypatch.setattr(driver.os, "_exit", lambda _: None)
    with ours, theirs:
        driver.main()
        said = json.loads(ours.recv(10_000))
    assert "SurroundingsError" == said["refused"]
    assert (
        "no Spark session can be opened: an executor's Python: ModuleNotFoundError: No module named 'numpy'"
        == (said["error"])
    )
    assert all(words in said["hint"] for words in ("driver.log", str(tmp_path), "/there/python"))


def test_an_error_whose_words_are_gone_is_called_by_its_kind() -> None:
    """It must not end the process, or hold up its job."""
    gone = Gone()
    gone.there = False
    assert "RuntimeError" == why(of_java(gone.words))


def test_it_is_not_longer_than_a_line_may_be() -> None:
    """Spark's words may hold a whole command line."""
    assert 400 == len(why(of_java("x" * 10_000)))
