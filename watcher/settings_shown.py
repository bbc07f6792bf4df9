"""The `config` command: the settings in force, and where each of them comes from."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import yaml

from watcher import config
from watcher.log.logs import say
from watcher.plain_yaml import load_plain

_COMMENT_AT = 44


def config_command(named: Path | None, inbox: Path | None, outbox: Path | None, *, as_json: bool) -> None:
    """Print them as YAML that could be a config.yaml, or as JSON.

    named, inbox, outbox: as the options have them. Raises ConfigError where there are none that can be used.
    """
    path, remark = config.find(named, folders_given=inbox is not None and outbox is not None)
    if remark:
        say(f"note: {remark}")
    found = config.load(path, inbox=inbox, outbox=outbox) if path else config.defaults(inbox=inbox, outbox=outbox)
    options = [name for name, given in (("inbox", inbox), ("outbox", outbox)) if given is not None]
    settings = found.model_dump(mode="json")
    sources = dict(_sources(settings, (path and load_plain(path.read_text(encoding="utf-8"))) or {}, options))
    file = str(path.resolve()) if path else None
    if as_json:
        click.echo(json.dumps({"file": file, "settings": settings, "from": sources}, indent=1, ensure_ascii=False))
        return
    click.echo(f"# {file or 'no file'}; paths are absolute here")
    for line in _yaml(settings, sources):
        click.echo(line)


def schema_command() -> None:
    """Print the JSON Schema of config.yaml."""
    from watcher.config_schema import schema

    click.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


def _sources(settings: dict[str, Any], written: dict[str, Any], options: list[str]) -> Iterator[tuple[str, str]]:
    """Each setting, with its group before a dot: file, option or default."""
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from ((f"{key}.{name}", what) for name, what in _sources(value, written.get(key, {}), []))
        else:
            yield key, "option" if key in options else "file" if key in written else "default"


def _yaml(settings: dict[str, Any], sources: dict[str, str], group: str = "") -> Iterator[str]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield f"\n{key}:"
            yield from _yaml(value, sources, f"{key}.")
            continue
        line = "  " * bool(group) + yaml.safe_dump({key: value}, allow_unicode=True, width=10_000).rstrip()
        yield f"{line:{_COMMENT_AT}}  # {sources[group + key]}"
