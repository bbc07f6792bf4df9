"""watcher.spark.properties: what Spark is told: ours where our promises rest on it, everybody's else."""

import shlex
from pathlib import Path

import pytest

from watcher.spark.properties import defaults, environment, log_settings, musts, submit_arguments

SCRATCH = Path("/var/lib/digit watcher/spark")


def confs(arguments: str) -> dict[str, str]:
    """The settings among them, as a shell's rules take them apart: so pyspark does."""
    words = shlex.split(arguments)
    return dict(words[at + 1].split("=", 1) for at, word in enumerate(words) if word == "--conf")


def test_our_settings_arrive_whole() -> None:
    """Also with spaces and quotes in paths and masters; the last word is the one that makes it pyspark's."""
    told = musts("local[2]", SCRATCH) | {"odd": """a "b" 'c' $d \\ ="""}
    arguments = submit_arguments(told, None)
    assert told == confs(arguments)
    assert "pyspark-shell" == shlex.split(arguments)[-1]
    assert 2 * len(told) + 1 == len(shlex.split(arguments))


def test_what_others_say_stands_in_their_file() -> None:
    """In Spark's own files, too; ours come behind, and win. What stands there stays there: everybody sees arguments."""
    words = shlex.split(submit_arguments({"a": "b"}, "/etc/my spark.conf"))
    assert [
        "--properties-file",
        "/etc/my spark.conf",
        "--load-spark-defaults",
        "--conf",
        "a=b",
        "pyspark-shell",
    ] == words


def test_our_promises_are_nobody_else_s_to_say() -> None:
    """Retries, and which executors are shunned, are the engine's; scratch lies in the state folder."""
    ours, others = musts("spark://h:7077", SCRATCH), defaults("spark://h:7077", SCRATCH)
    assert {
        "spark.master": "spark://h:7077", "spark.task.maxFailures": "1", "spark.excludeOnFailure.enabled": "false",
        "spark.speculation": "false", "spark.local.dir": str(SCRATCH),
    } == {key: ours[key] for key in (
        "spark.master", "spark.task.maxFailures", "spark.excludeOnFailure.enabled", "spark.speculation",
        "spark.local.dir",
    )}  # fmt: skip
    assert set() == ours.keys() & others.keys()
    options = shlex.split(ours["spark.driver.defaultJavaOptions"])
    assert f"-Djava.io.tmpdir={SCRATCH}" in options


def test_an_executor_that_falls_silent_is_given_up_soon() -> None:
    """After four of its heartbeats, which come every ten seconds; whoever needs longer may say so."""
    found = defaults("spark://h:7077", SCRATCH)
    assert ("40s", "5s") == (found["spark.network.timeout"], found["spark.network.timeoutInterval"])
    assert "spark.network.timeout" not in musts("spark://h:7077", SCRATCH)


@pytest.mark.parametrize(("length", "used"), [(64, "true"), (65, "false")])
def test_sockets_are_unix_ones_where_their_path_is_short_enough(length: int, used: str) -> None:
    """Linux has room for 107 bytes, of which a name of Spark's takes 43."""
    scratch = Path("/" + "x" * (length - 1))
    longest = f"{scratch}/.{'0' * 8}-0000-0000-0000-{'0' * 12}.sock"
    assert (len(longest) <= 107) == (used == "true")
    assert used == defaults("yarn", scratch)["spark.python.unix.domain.socket.enabled"]


def test_the_log_is_a_file_of_limited_size() -> None:
    """In the scratch folder."""
    text = log_settings(SCRATCH / "spark.log")
    assert f"appender.file.fileName = {SCRATCH}/spark.log\n" in text
    assert f"appender.file.filePattern = {SCRATCH}/spark.log.%i\n" in text
    assert "appender.file.strategy.max = 2\n" in text


@pytest.mark.parametrize(("master", "closed"), [("local[*]", True), ("spark://h:7077", False), ("yarn", False)])
def test_alone_on_a_machine_its_ports_are_nobody_s(master: str, closed: bool) -> None:
    """On the loopback, and by a secret that Spark makes; a cluster must reach the driver, and has a secret or none."""
    found = environment(master, SCRATCH, "/opt/python")
    assert closed == ("127.0.0.1" == found.get("SPARK_LOCAL_IP"))
    assert closed == ("true" == defaults(master, SCRATCH).get("spark.authenticate"))


def test_scratch_is_nowhere_else() -> None:
    """What Python, the JVM and what starts it write meanwhile lies in the folder that is emptied at each start."""
    found = environment("yarn", SCRATCH, "/opt/python")
    assert {str(SCRATCH)} == {found["TMPDIR"], found["SPARK_LOCAL_DIRS"]}
    assert "-XX:-UsePerfData" == found["SPARK_LAUNCHER_OPTS"]
    assert "/opt/python" == found["PYSPARK_PYTHON"]


def test_java_knows_all_paths() -> None:
    """Whatever language the daemon is started with, or none: as UTF-8, and as escapes where it reads byte by byte."""
    assert r"fileName = /scans of M\u00fcller/spark.log" in log_settings(Path("/scans of Müller/spark.log"))
    assert (
        "file:/scans%20of%20M%C3%BCller/" in musts("yarn", Path("/scans of Müller"))["spark.driver.defaultJavaOptions"]
    )
    assert "C.UTF-8" == environment("yarn", SCRATCH, "/opt/python")["LC_ALL"]


def test_the_current_folder_stands_in_for_nothing() -> None:
    """Python would look there first: alone on a machine, executors are where we were started, as in our repository."""
    assert "1" == musts("local[*]", SCRATCH)["spark.executorEnv.PYTHONSAFEPATH"]
