"""watcher.config: whatever stands in the file, it is settings or a refusal that names the key; never anything else."""

import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from names import NAMES

from watcher.config import Config, load
from watcher.errors import ConfigError

KEYS = [
    *("digit_watcher", "inbox", "outbox", "state", "model", "input", "watch", "reading", "archive", "log"),
    *("input.scale", "watch.recursive", "watch.settle_seconds", "reading.workers", "reading.max_pixels"),
    *("reading.seconds_per_picture", "archive.time_zone", "log.level", "no_such_key"),
]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.dates(), st.binary(max_size=5),
    st.sampled_from([0, 1, -1, 2**63, 10**400, math.inf, math.nan, "", ".", "..", "~", "~nobody\0", "a\0b", "UTC",
                     "yes", "5", "../../etc/passwd", "Europe", "info", "\ud800", "x" * 5000, "\x1b[2J"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3), max_leaves=6
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a config.yaml may be written again and again."""
    return tmp_path_factory.mktemp("config") / "config.yaml"


def outcome(path: Path, text: str | bytes) -> Config | str:
    """The settings, or what is said in their place: one that can be printed."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        return load(path)
    except ConfigError as refused:
        said, hint = str(refused), refused.hint
    said.encode()
    assert said.replace("\n", "").isprintable()
    assert hint
    return said


@given(st.sampled_from(KEYS), VALUES)
def test_any_value_of_any_key_is_taken_or_refused_by_name(path: Path, key: str, value: Any) -> None:
    """A value of another type, size or form ends in a message with the key in it."""
    group, _, inner = key.rpartition(".")
    values = {group: {inner: value}} if group else {inner: value}
    found = outcome(path, yaml.safe_dump(values))
    if isinstance(found, str):
        assert group in found or "valid YAML" in found
        assert inner in found or group or "valid YAML" in found


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode(errors="replace")) | NAMES)
def test_any_bytes_are_settings_or_refused(path: Path, data: bytes) -> None:
    """No text makes anything but a ConfigError."""
    outcome(path, data)
    outcome(path, b"reading: " + data)


@pytest.mark.parametrize("line", [
    "reading: {workers: true}", "reading: {workers: '2'}", "reading: {workers: 2.0}", "watch: {recursive: 1}",
    "watch: {settle_seconds: true}", "watch: {settle_seconds: .nan}", "watch: {settle_seconds: .inf}",
    "watch: {settle_seconds: 1e400}", "watch: {settle_seconds: '2'}", "archive: {time_zone: 1}",
    "reading: {max_bytes: 0x" + 5000 * "f" + "}", 'inbox: "a\\0b"', 'inbox: "~a\\0b"', 'model: "\\ud800"', "inbox: [a]",
])  # fmt: skip
def test_what_only_looks_like_the_right_type_is_refused(path: Path, line: str) -> None:
    """A switch is no number, a text no number, and no path has a NUL."""
    found = outcome(path, line)
    assert isinstance(found, str)
    assert line.partition(":")[0] in found


@pytest.mark.parametrize(("text", "says"), [
    ("inbox: a\ninbox: b\n", "line 2, column 1: the key 'inbox' stands here a second time"),
    ("reading: {workers: 1, workers: 2}", "the key 'workers' stands here a second time"),
    ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "line 2, column 8: *a repeats another value; write it out"),
    ("inbox: !!python/object/apply:os.system [id]", "could not determine a constructor"),
    ("inbox: " + 5000 * "[", "nested too deeply"),
    ("inbox: 2026-13-45", "a value is not what it is said to be"),
    ("watch: {recursive: !!bool maybe}", "a value is not what it is said to be"),
    ("reading: {workers: " + 5000 * "9" + "}", "a value is not what it is said to be"),
])  # fmt: skip
def test_yaml_that_is_not_plain_is_refused_with_the_place(path: Path, text: str, says: str) -> None:
    """Second keys, aliases (a page of them stands for gigabytes), objects, depth and impossible values."""
    found = outcome(path, text)
    assert isinstance(found, str)
    assert says in found
