"""config.yaml's form as a JSON Schema, by which editors complete it and say what is wrong while it is written."""

from typing import Any

from watcher.config import Config

MODELINE = "# yaml-language-server: $schema="  # first in a config.yaml: where editors find it


def schema() -> dict[str, Any]:
    """Every key with its type, default, limits and meaning; what no schema can say, `config.load` does.

    Paths that lie in each other, and time zones that are none, are of that kind.
    """
    found = Config.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "title": "config.yaml of digit-watcher",
        "description": "Settings of digit-watcher. What is left out has its default.",
    }
