"""watcher.spark.readiness: what a session needs is missed at once, by its name, with what to do."""

import os
import socket
from pathlib import Path

import pytest

from watcher.errors import ConfigError, DigitWatcherError, SurroundingsError
from watcher.spark import readiness
from watcher.spark.readiness import is_secret, java_version, refuse_unreachable, settings_in


def java(folder: Path, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """JAVA_HOME leads to one that says this."""
    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\n")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(folder))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment (build 17.0.15+6)', "17.0.15"),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21" 2023-09-19', "21"),
    ],
)  # fmt: skip
def test_the_version_of_java_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, expected: str) -> None:
    """As each maker writes it."""
    java(tmp_path, said, monkeypatch)
    assert expected == java_version()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('openjdk version "11.0.22" 2024-01-16', "needs Java 17 or later"),
        ('java version "1.8.0_402"', "1.8.0_402"),
        ("Error: could not create the Java Virtual Machine.", "could not create"),
        ("", "says no version"),
    ],
)
def test_a_java_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, words: str
) -> None:
    """Too old, or one that does not run: which one, what it says, what to do."""
    java(tmp_path, said, monkeypatch)
    with pytest.raises(ConfigError) as refused:
        java_version()
    assert words in str(refused.value)
    assert str(tmp_path) in str(refused.value)
    assert refused.value.hint


def test_where_there_is_no_java_it_is_said_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JAVA_HOME wins over PATH, as it does for Spark."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for home, words in ((str(tmp_path / "gone"), f"JAVA_HOME is {tmp_path / 'gone'}"), ("", "no `java` on the PATH")):
        monkeypatch.setenv("JAVA_HOME", home)
        with pytest.raises(ConfigError, match="Java 17") as refused:
            java_version()
        assert words in str(refused.value)
        assert "apt install" in refused.value.hint


def test_a_user_without_a_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a container may have: Java's own words are of an UID that is invalid."""

    def nobody(user: int) -> None:
        raise KeyError(user)

    monkeypatch.setattr(readiness.pwd, "getpwuid", nobody)
    with pytest.raises(SurroundingsError, match=f"user {os.geteuid()} has no name") as refused:
        readiness.refuse_nameless()
    assert "/etc/passwd" in refused.value.hint


def test_where_pyspark_is_not_installed_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """By pip, and as a service."""
    monkeypatch.setattr(readiness, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="pyspark") as refused:
        readiness.pyspark_version()
    assert all(words in refused.value.hint for words in ("digit-watcher[spark]", "SPARK=1"))


def test_a_master_that_listens_is_found_among_several() -> None:
    """One of a standby pair is enough."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        there, gone = server.getsockname()[1], closed.getsockname()[1]
        refuse_unreachable(f"spark://127.0.0.1:{gone},127.0.0.1:{there}")
        with pytest.raises(SurroundingsError) as refused:
            refuse_unreachable(f"spark://127.0.0.1:{gone}")
    assert f"spark://127.0.0.1:{gone}" in str(refused.value)
    assert os.strerror(111) in str(refused.value)
    assert "spark.master" in refused.value.hint


@pytest.mark.parametrize("master", ["local[*]", "yarn", "k8s://https://127.0.0.1:9"])
def test_other_masters_are_left_to_spark(master: str) -> None:
    """How they are reached, it knows."""
    refuse_unreachable(master)


def test_an_address_that_is_none_is_no_traceback() -> None:
    """A port that is no number."""
    with pytest.raises(SurroundingsError, match="spark://head:port"):
        refuse_unreachable("spark://head:port")


def test_keys_are_read_as_spark_reads_them(tmp_path: Path) -> None:
    """Ended by a space, = or :, with comments and empty lines between."""
    file = tmp_path / "spark.conf"
    file.write_text("# ours\n\nspark.a 1\n  spark.b=2\n! old\nspark.c: 3\nspark.authenticate.secret\tx=y\n")
    assert ["spark.a", "spark.b", "spark.c", "spark.authenticate.secret"] == settings_in(str(file))


def test_a_file_of_settings_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the key of config.yaml that names it."""
    with pytest.raises(ConfigError, match=r"spark\.properties.*none\.conf.*No such file") as refused:
        settings_in(str(tmp_path / "none.conf"))
    assert refused.value.hint


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("spark.authenticate.secret", True),
        ("spark.ssl.keyStorePassword", True),
        ("spark.hadoop.fs.s3a.access.key", True),
        ("spark.kubernetes.authenticate.oauthToken", True),
        ("spark.executor.memory", False),
        ("spark.ssl.enabled", False),
    ],
)
def test_secrets_are_known_by_their_names(key: str, secret: bool) -> None:
    """As Spark knows them, which keeps them out of its logs."""
    assert secret is is_secret(key)


def test_everything_is_looked_at_before_a_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First what stays wrong until somebody mends it, then what may come back by itself."""
    java(tmp_path, 'openjdk version "17"', monkeypatch)
    monkeypatch.setattr(readiness, "find_spec", lambda _: object())
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        master, errors = f"spark://127.0.0.1:{closed.getsockname()[1]}", list[type[DigitWatcherError]]()
        for properties in (str(tmp_path / "none"), None):
            with pytest.raises(DigitWatcherError) as refused:
                readiness.refuse_unready(master, properties)
            errors.append(refused.type)
    assert [ConfigError, SurroundingsError] == errors
    readiness.refuse_unready("local[*]", None)
