"""Whether a session can be opened from this machine at all: said at once, where Spark itself says little, and late."""

import os
import pwd
import re
import shutil
import socket
import subprocess
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from watcher.errors import ConfigError, SurroundingsError

OLDEST_JAVA = 17
_JAVA_HINT = "On Debian and Ubuntu: sudo apt install openjdk-17-jre-headless; or set JAVA_HOME to one that is there."
_RUN_HINT = (
    "Try it by hand. A service may run Java only with the drop-in that `sudo make install SPARK=1` gives its unit."
)
_CONNECT_SECONDS, _JAVA_SECONDS = 5.0, 30.0
_NO_TRACE = "-XX:-UsePerfData"  # which would lie in /tmp
_VERSION = re.compile(r'version "(?:1\.)?(\d+)[^"]*"')  # "17.0.15", and once "1.8.0_402"
_SETTING = re.compile(r"\s*([^\s=:#!][^\s=:]*)")  # of java.util.Properties: the key ends at a space, = or :
# The same words that Spark keeps out of its own logs: the default of spark.redaction.regex.
_SECRET = re.compile(r"secret|password|token|access[.]?key", re.IGNORECASE)


def refuse_unready(master: str, properties: str | None) -> None:
    """Raises ConfigError or SurroundingsError where something that a session needs is not there."""
    pyspark_version()
    java_version()
    refuse_nameless()
    if properties:
        settings_in(properties)
    refuse_unreachable(master)


def pyspark_version() -> str:
    """What is installed; "" where that is not known. Raises ConfigError where nothing is."""
    if find_spec("pyspark") is None:
        raise ConfigError(
            "`engine: spark` needs pyspark, which is not installed",
            hint="Install the extra: pip install 'digit-watcher[spark]', or `sudo make install SPARK=1`.",
        )
    try:
        return version("pyspark")
    except PackageNotFoundError:  # it lies on the path, as in SPARK_HOME
        return ""


def java_version() -> str:
    """What Spark will start, such as 17.0.15. Raises ConfigError where there is none, or one that is too old."""
    home = os.environ.get("JAVA_HOME")
    if not (java := shutil.which(f"{home}/bin/java" if home else "java")):
        where = f"JAVA_HOME is {home}, and has no bin/java" if home else "no `java` on the PATH"
        raise ConfigError(f"`engine: spark` needs Java {OLDEST_JAVA} or later: {where}", hint=_JAVA_HINT)
    try:
        done = subprocess.run(  # noqa: S603  whoever sets PATH starts us, too
            [java, _NO_TRACE, "-version"], capture_output=True, timeout=_JAVA_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"`{java} -version` does not run: {error}", hint=_RUN_HINT) from error
    said = (done.stderr + done.stdout).decode(errors="replace")
    if not (found := _VERSION.search(said)):
        raise ConfigError(f"`{java} -version` says no version: {said[:200].strip()}", hint=_RUN_HINT)
    name = found[0].split('"')[1]
    if int(found[1]) < OLDEST_JAVA:
        raise ConfigError(f"`engine: spark` needs Java {OLDEST_JAVA} or later: {java} is {name}", hint=_JAVA_HINT)
    return name


def refuse_nameless() -> None:
    """Raises SurroundingsError where the user is a number alone, as in some containers: Spark asks for the name."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise SurroundingsError(
            f"user {os.geteuid()} has no name on this machine, and Spark needs one",
            hint="Give it one: a line in /etc/passwd.",
        ) from error


def settings_in(properties: str) -> list[str]:
    """The keys of a file of Spark's own settings. Raises ConfigError where it cannot be read."""
    try:
        text = Path(properties).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ConfigError(
            f"cannot read `spark.properties` {properties}: {error.strerror}",
            hint="Make the file, readable for the daemon's user alone, or take the key out of config.yaml.",
        ) from error
    return [found[1] for line in text.splitlines() if (found := _SETTING.match(line))]


def is_secret(key: str) -> bool:
    """Whether a setting of that name is nobody else's business."""
    return bool(_SECRET.search(key))


def refuse_unreachable(master: str) -> None:
    """Raises SurroundingsError where no standalone master listens; Spark itself tries for a minute."""
    if not master.startswith("spark://"):
        return
    problems = []
    for address in master.removeprefix("spark://").split(","):
        place = urlsplit(f"//{address}")
        try:
            socket.create_connection((place.hostname or "", place.port or 7077), _CONNECT_SECONDS).close()
        except (OSError, ValueError) as error:
            problems.append(f"{address}: {getattr(error, 'strerror', None) or error}")
        else:
            return
    raise SurroundingsError(
        f"no Spark master answers at {master} ({'; '.join(problems)})",
        hint=f"Start it, or set `spark.master` in config.yaml to where it is.{unit_hint()}",
    )


def unit_hint() -> str:
    """What else it may be where systemd has started us."""
    if "INVOCATION_ID" not in os.environ:
        return ""
    return " The unit must let it: once `engine: spark` is set, `sudo make install SPARK=1` opens it."
