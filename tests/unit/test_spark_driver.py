"""watcher.spark.driver: what of Spark's words is passed on to people."""

from types import SimpleNamespace

import pytest

from watcher.spark.driver import why

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


def of_java(message: str | None) -> Exception:
    """An error of Java's, as py4j has it."""
    error = RuntimeError("An error occurred while calling o7.x\n\tat a.b.c(D.scala:1)")
    error.java_exception = SimpleNamespace(getMessage=lambda: message)  # type: ignore[attr-defined]
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


def test_it_is_not_longer_than_a_line_may_be() -> None:
    """Spark's words may hold a whole command line."""
    assert 400 == len(why(of_java("x" * 10_000)))
