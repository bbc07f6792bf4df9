"""What Spark is told: what must be so for our guarantees, and what is better for us where nobody said otherwise."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

LOG4J = """status = error
rootLogger.level = warn
rootLogger.appenderRef.file.ref = file
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
        "spark.driver.defaultJavaOptions": shlex.join([
            f"-Djava.io.tmpdir={scratch}", "-XX:-UsePerfData",  # which would lie in /tmp
            f"-Dlog4j2.configurationFile=file:{scratch / 'log4j2.properties'}",
        ]),
    }  # fmt: skip


def defaults(scratch: Path) -> dict[str, str]:
    """What others may say otherwise, in `spark.properties` of config.yaml or in Spark's own files."""
    return {
        "spark.ui.enabled": "false",
        # Over TCP each task waits 40 ms for an acknowledgement that its peer delays.
        "spark.python.unix.domain.socket.enabled": str(len(os.fsencode(scratch)) <= LONGEST_SCRATCH).lower(),
        # A picture that takes executors with it must not take the session: there would be no end to it.
        "spark.executor.maxNumFailures": "1000",
        "spark.executor.memory": "512m",  # of the JVM, which holds nothing; readers need their own beside it
        "spark.locality.wait": "0",
    }


def submit_arguments(told: Mapping[str, str], properties: str | None) -> str:
    """PYSPARK_SUBMIT_ARGS: what the JVM is started with. No secret stands in `told`: everybody sees arguments."""
    arguments = ["--properties-file", properties, "--load-spark-defaults"] if properties else []
    for key, value in told.items():
        arguments += ["--conf", f"{key}={value}"]
    return shlex.join([*arguments, "pyspark-shell"])
