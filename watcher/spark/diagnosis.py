"""Why there is no session, no executor, or no answer: what matters of Spark's errors, and what only its log knows."""

import re

from watcher.errors import SurroundingsError
from watcher.spark.words import in_words

_LONGEST_WHY = 400
_TRACEBACK = "Traceback (most recent call last)"
_KILLED = re.compile(r"Application has been killed\. Reason: (.+?)(?:! Giving up\.)?$", re.MULTILINE)
# As a standalone master tells of executors; YARN and Kubernetes tell of theirs elsewhere.
_STARTED = "Executor added: "
_ENDED = re.compile(r"Executor updated: \S+ is now (?:EXITED|FAILED|LOST|KILLED) \((.+)\)$", re.MULTILINE)


def no_session(master: str, log: str) -> SurroundingsError | None:
    """Why the cluster did not take us, where its log tells. log: of this session."""
    if not (found := _KILLED.findall(log)):
        return None
    return SurroundingsError(
        f"the Spark cluster at {master} does not take us: {found[-1]}",
        hint="It listens. Has it the Spark version of the pyspark here, and the same `spark.authenticate` and secret as"
        " the file that `spark.properties` names? The master's own log says what it refused.",
    )


def no_executor(master: str, seconds: float, driver: str, log: str) -> SurroundingsError:
    """Why none has come, as far as it is known. driver: host:port, where executors get through to it."""
    error = f"no executor has come within {seconds:.0f} s from {master}"
    if not (started := log.count(_STARTED)):
        through = "" if master.startswith("spark://") else f" And do they get through to {driver} on this machine?"
        return SurroundingsError(
            error,
            hint="Are workers up, and have they cores and memory to spare? The master's web page shows it." + through,
        )
    ends = _ENDED.findall(log)
    found = f"the last one that ended: {ends[-1]}" if ends else f"none got through to {driver}"
    return SurroundingsError(
        f"{error}: {started} started there, {found}",
        hint=f"Executors must reach {driver} on this machine: do they know that name, and does a firewall let them"
        " through? `spark.driver.host` and `spark.driver.port`, in the file that `spark.properties` names, set another"
        " address. Their own logs, on the master's web page, say why they ended.",
    )


def why(error: Exception) -> str:
    """What matters of Spark's words, which come with all places they passed through."""
    java = getattr(error, "java_exception", None)
    try:
        text = str(java.getMessage() if java is not None else error)
    except Exception:  # noqa: BLE001  of many kinds: the JVM, which has the words, is gone
        text = ""
    text = text.split("most recent failure: ")[-1].split("Driver stacktrace:")[0]
    said = [line.strip() for line in text.splitlines()]
    lines = [line for line in said if line and not line.startswith(("at ", "SQLSTATE"))]
    first, *others = lines or [type(error).__name__]
    if others and _TRACEBACK in first:
        first, others = f"an executor's Python: {others[-1]}", []
    return in_words(f"{first} … {others[-1]}" if others else first)[:_LONGEST_WHY]
