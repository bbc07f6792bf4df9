"""What Spark is told: what must be so for our guarantees, and what is better for us where nobody said otherwise."""

import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

_NO_TRACE = "-XX:-UsePerfData"  # which would lie in /tmp
_LOG4J = """status = error
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
logger.asked.name = org.apache.spark.deploy.client
logger.asked.level = info
logger.came.name = org.apache.spark.scheduler.cluster
logger.came.level = info
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = {log}
appender.file.filePattern = {log}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{yyyy-MM-dd'T'HH:mm:ss.SSSX}} %p %c{{1}}: %m%n%ex
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 1MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 2
"""
LONGEST_SCRATCH = 107 - len("/.") - 36 - len(".sock")  # bytes of its path: a socket in it may have 107


def log_settings(log: Path) -> str:
    """log4j2.properties. log: Spark's own one."""
    # Java reads such files byte by byte, and takes \u00e4 for what JSON takes it.
    return _LOG4J.format(log=json.dumps(str(log))[1:-1])


def musts(master: str, scratch: Path) -> dict[str, str]:
    """What is ours to say. scratch: where the driver's own files lie."""
    return {
        "spark.master": master,
        # A task that died is no task's to repeat: the engine finds out over which picture.
        "spark.task.maxFailures": "1",
        "spark.excludeOnFailure.enabled": "false",
        "spark.speculation": "false",
        "spark.local.dir": str(scratch),
        "spark.ui.showConsoleProgress": "false",
        # What lies in the current folder must not stand in for what is shipped, as where we run in our own repository.
        "spark.executorEnv.PYTHONSAFEPATH": "1",
        "spark.driver.defaultJavaOptions": shlex.join([
            f"-Djava.io.tmpdir={scratch}", _NO_TRACE,
            f"-Dlog4j2.configurationFile=file:{quote(bytes(scratch / 'log4j2.properties'))}",
        ]),
    }  # fmt: skip


def defaults(master: str, scratch: Path) -> dict[str, str]:
    """What others may say otherwise, in `spark.properties` of config.yaml or in Spark's own files."""
    # Spark makes a secret by itself for a machine alone; a cluster has one, or none.
    alone = {"spark.authenticate": "true"} if master.startswith("local") else {}
    return alone | {
        "spark.ui.enabled": "false",
        # Over TCP each task waits 40 ms for an acknowledgement that its peer delays.
        "spark.python.unix.domain.socket.enabled": str(len(os.fsencode(scratch)) <= LONGEST_SCRATCH).lower(),
        # A picture that takes executors with it must not take the session: there would be no end to it.
        "spark.executor.maxNumFailures": "1000",
        # Four heartbeats: so long wait pictures in the hands of one that was cut off (by Spark itself: 2 to 3 minutes).
        "spark.network.timeout": "40s",
        "spark.network.timeoutInterval": "5s",
        "spark.executor.memory": "512m",  # of the JVM, which holds nothing; readers need their own beside it
        "spark.locality.wait": "0",
        # As a service, nothing that it may write can be loaded as a library: LZ4 has a second form in Java.
        "spark.io.compression.codec": "lz4",
        "spark.eventLog.compression.codec": "lz4",
    }


def environment(master: str, scratch: Path, python: str) -> dict[str, str]:
    """What the JVM, and what starts it, find in theirs. python: the executors' Python."""
    found = {
        "TMPDIR": str(scratch), "SPARK_LOCAL_DIRS": str(scratch), "SPARK_LAUNCHER_OPTS": _NO_TRACE,
        "PYSPARK_PYTHON": python, "PYSPARK_DRIVER_PYTHON": sys.executable,
        "LC_ALL": "C.UTF-8",  # a service may have no language: Java would know no path beyond ASCII then
    }  # fmt: skip
    # Else its ports are open on the machine's other addresses, too, to whoever comes.
    return found | {"SPARK_LOCAL_IP": "127.0.0.1"} if master.startswith("local") else found


def submit_arguments(told: Mapping[str, str], properties: str | None) -> str:
    """PYSPARK_SUBMIT_ARGS: what the JVM is started with. No secret stands in `told`: everybody sees arguments."""
    arguments = ["--properties-file", properties, "--load-spark-defaults"] if properties else []
    for key, value in told.items():
        arguments += ["--conf", f"{key}={value}"]
    return shlex.join([*arguments, "pyspark-shell"])
