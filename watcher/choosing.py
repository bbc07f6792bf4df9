"""What people's words choose: the options of `find` and `requeue` as a choice among the ledger's rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from watcher.choice import Choice
from watcher.config import Config
from watcher.moments import parse_moment
from watcher.ownership import holder
from watcher.reporting.published import read_status


def chosen(config: Config, names: Sequence[str], limit: int | None, wanted: Mapping[str, str | None]) -> Choice:
    """The choice that options say in people's words: times as `parse_moment` takes them, `current` for a model.

    Raises UsageError for words that mean nothing, ModelError where the current model cannot be loaded.
    """
    found = {name: value for name, value in wanted.items() if value is not None}
    for name in {"since", "until"} & found.keys():
        found[name] = parse_moment(found[name], datetime.now(UTC), config.archive.zone)
    for name in {"model", "other_than"} & found.keys():
        found[name] = _current_model(config) if found[name] == "current" else found[name]
    return Choice(names=names, limit=limit, **found)


def _current_model(config: Config) -> str:
    """The one that reads now, or would read if the daemon ran."""
    if holder(config.state_folder) is not None and (running := read_status(config).get("model")):
        return str(running)
    from watcher.recognition.model import InputConvention, load_model

    return load_model(config.model_path, InputConvention.named(config.input.scale, config.input.shape)).name
