"""watcher.config_schema: what an editor says of config.yaml is what `load` says of it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel
from test_config_properties import KEYS, VALUES

from watcher import config
from watcher.config_schema import MODELINE, schema
from watcher.errors import ConfigError

ROOT = Path(__file__).parents[2]
SHIPPED = (ROOT / "config.yaml").read_text(encoding="utf-8")
BY_SCHEMA = Draft202012Validator(schema())


def flaws(text: str) -> list[str]:
    """What the schema says of a config.yaml: the path of each wrong value."""
    return [".".join(map(str, error.absolute_path)) for error in BY_SCHEMA.iter_errors(yaml.safe_load(text))]


def loads(folder: Path, text: str) -> bool:
    """Whether the daemon takes it."""
    path = folder / "config.yaml"
    path.write_bytes(text.encode())
    try:
        config.load(path)
    except ConfigError:
        return False
    return True


def comments() -> dict[str, str]:
    """Dotted key → what config.yaml says beside it, over as many lines as it needs."""
    found: dict[str, list[str]] = {}
    group = key = ""
    for line in SHIPPED.splitlines():
        if setting := re.match(r"( *)(\w+):", line):
            group = group if setting[1] else setting[2]
            key = f"{group}.{setting[2]}" if setting[1] else setting[2]
        if key and (comment := re.search(r"(?:^| )# (.+)", line)):
            found.setdefault(key, []).append(comment[1].strip())
    return {key: " ".join(lines) for key, lines in found.items()}


def descriptions(model: type[BaseModel], prefix: str = "") -> dict[str, str]:
    """Dotted key → description, of settings and of the groups that have one."""
    found = {}
    for key, field in model.model_fields.items():
        if field.description:
            found[prefix + key] = field.description
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= descriptions(field.annotation, f"{key}.")
    return found


def test_the_schema_in_docs_is_this_one() -> None:
    """Made anew by `digit-watcher config --schema > docs/config.schema.json`."""
    kept = (ROOT / "docs" / "config.schema.json").read_text(encoding="utf-8")
    assert json.dumps(schema(), indent=2, ensure_ascii=False) + "\n" == kept


def test_the_schema_is_one() -> None:
    """By the rules of JSON Schema itself."""
    Draft202012Validator.check_schema(schema())


def test_the_shipped_file_names_its_schema_and_fits_it() -> None:
    """The first line is where editors look; the file is there."""
    first = SHIPPED.splitlines()[0]
    assert f"{MODELINE}docs/config.schema.json" == first
    assert [] == flaws(SHIPPED)


def test_the_schema_says_what_the_file_says() -> None:
    """Each setting's comment in config.yaml is its description, to the word."""
    assert descriptions(config.Config) == comments()


def test_every_setting_and_group_is_described_with_its_default() -> None:
    """An editor has something to show wherever the cursor is."""
    whole = schema()
    for of in (whole, *whole["$defs"].values()):
        assert of["description"]
        assert not of["additionalProperties"]
        for key, value in of["properties"].items():
            assert "default" in value or "$ref" in value, key
            assert "description" in value or "$ref" in value, key


@pytest.mark.parametrize(("text", "path"), [
    ("colour: red", ""), ("watch: {recursiv: true}", "watch"), ("watch: [1]", "watch"), ("watch: null", "watch"),
    ("digit_watcher: 2", "digit_watcher"), ("inbox: 5", "inbox"), ("inbox: null", "inbox"), ("inbox: [a]", "inbox"),
    ("reading: {workers: many}", "reading.workers"), ("reading: {workers: '2'}", "reading.workers"),
    ("reading: {workers: true}", "reading.workers"), ("reading: {workers: 65}", "reading.workers"),
    ("reading: {workers: -1}", "reading.workers"), ("reading: {workers: null}", "reading.workers"),
    ("reading: {batch_size: 0}", "reading.batch_size"), ("reading: {max_bytes: 1}", "reading.max_bytes"),
    ("reading: {accepted_error: 0}", "reading.accepted_error"),
    ("reading: {accepted_error: 1}", "reading.accepted_error"), ("results: {rotate: yearly}", "results.rotate"),
    ("watch: {settle_seconds: 0}", "watch.settle_seconds"), ("watch: {settle_seconds: '2'}", "watch.settle_seconds"),
    ("watch: {recursive: 1}", "watch.recursive"), ("archive: {time_zone: 1}", "archive.time_zone"),
    ("log: {level: loud}", "log.level"), ("input: {scale: percent}", "input.scale"),
    ("retention: {archive_days: 0}", "retention.archive_days"), ("metrics: {port: 0}", "metrics.port"),
])  # fmt: skip
def test_what_is_refused_is_marked_in_the_editor(tmp_path: Path, text: str, path: str) -> None:
    """At the key that is wrong."""
    assert not loads(tmp_path, text)
    assert [path] == flaws(text)


@pytest.mark.parametrize("text", [
    "{}", "state: null\nmodel: null", "reading: {accepted_error: null}", "watch: {remove_emptied_days: null}",
    "watch: {settle_seconds: 2}", "metrics: {textfile: null, port: null}", "retention: {ledger_days: null}",
    "inbox: ~/scans\noutbox: ../out", "log: {format: journal}", "archive: {time_zone: Europe/Berlin}",
])  # fmt: skip
def test_what_may_be_written_is_not_marked(tmp_path: Path, text: str) -> None:
    """Null where it means something, whole numbers for seconds, paths of any kind."""
    assert loads(tmp_path, text)
    assert [] == flaws(text)


@given(key=st.sampled_from(KEYS), value=VALUES)
def test_nothing_that_works_is_marked(tmp_path_factory: pytest.TempPathFactory, key: str, value: Any) -> None:
    """Whatever the daemon takes, the schema takes."""
    group, _, inner = key.rpartition(".")
    text = yaml.safe_dump({group: {inner: value}} if group else {inner: value})
    if loads(tmp_path_factory.getbasetemp(), text):
        assert [] == flaws(text)
