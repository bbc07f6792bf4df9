"""watcher.settings: the group `spark` of config.yaml: what is taken, and what is refused by its key."""

import re
from pathlib import Path

import pytest

from watcher import config
from watcher.errors import ConfigError


def loaded(folder: Path, text: str) -> config.Config:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return config.load(path)


@pytest.mark.parametrize("master", [
    "local", "local[*]", "local[4]", "yarn", "spark://10.0.0.7:7077", "spark://a:7077,b:7077", "spark://[::1]:7077",
    "k8s://https://kube.example.org:6443",
])  # fmt: skip
def test_masters_that_spark_knows_are_taken(tmp_path: Path, master: str) -> None:
    """As they stand."""
    assert master == loaded(tmp_path, f"engine: spark\nspark: {{master: '{master}'}}").spark.master


@pytest.mark.parametrize("master", [
    "", "local[", "local[]", "local[*] ", "spark://", "spark:10.0.0.7", "spark:// a", "http://10.0.0.7:8080", "mesos://x",
    "10.0.0.7:7077", "yarn-client", "Yarn", "k8s://", "spark://a:7077\\n",
])  # fmt: skip
def test_other_masters_are_refused(tmp_path: Path, master: str) -> None:
    """Before anything is started: Spark itself says little of them, and late."""
    with pytest.raises(ConfigError, match=r"spark\.master"):
        loaded(tmp_path, f'engine: spark\nspark: {{master: "{master}"}}')


@pytest.mark.parametrize(("line", "key"), [
    ("engine: flink", "engine"), ("engine: null", "engine"), ("engine: true", "engine"),
    ("spark: {inbox: scans}", "spark.inbox"), ("spark: {inbox: ''}", "spark.inbox"),
    ("spark: {inbox: 5}", "spark.inbox"), ("spark: {inbox: ~/scans}", "spark.inbox"),
    ("spark: {python: ''}", "spark.python"), ("spark: {python: 3}", "spark.python"),
    ("spark: {properties: 3}", "spark.properties"),
    ("spark: {properties: [a]}", "spark.properties"), ("spark: {patience_seconds: 0}", "spark.patience_seconds"),
    ("spark: {patience_seconds: -1}", "spark.patience_seconds"), ("spark: {patience_seconds: .nan}", "spark.patience"),
    ("spark: {patience_seconds: '60'}", "spark.patience_seconds"), ("spark: {workers: 2}", "spark.workers"),
    ("spark: {spark.executor.memory: 1g}", "spark.executor.memory"), ("spark: local", "spark"), ("spark: [a]", "spark"),
    ("spark: {master: 5}", "spark.master"), ("spark: {master: null}", "spark.master"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_by_its_key(tmp_path: Path, line: str, key: str) -> None:
    """Settings of Spark's own belong in the file that `properties` names."""
    with pytest.raises(ConfigError, match=re.escape(key)):
        loaded(tmp_path, line)


def test_an_inbox_there_is_another_machine_s_path(tmp_path: Path) -> None:
    """Taken as it stands; the refusal of a relative one says why. The file of properties is one here."""
    found = loaded(tmp_path, "spark: {inbox: /mnt/no/../in, properties: my.conf}").spark
    assert (Path("/mnt/no/../in"), tmp_path / "my.conf") == (found.inbox, found.properties)
    with pytest.raises(ConfigError, match="it is another machine's path, and must be absolute"):
        loaded(tmp_path, "spark: {inbox: in}")
