"""What is known of a daemon from outside: what it published and, where it is stopped, what its ledger says."""

import json
import os
from datetime import UTC, datetime
from typing import Any

from watcher.config import Config
from watcher.errors import SurroundingsError
from watcher.ledger import Ledger
from watcher.ownership import holder
from watcher.reporting.account import ledger_facts
from watcher.reporting.status import BEAT_SECONDS, FILE_NAME
from watcher.times import understood
from watcher.trouble import trouble_of

SILENT_SECONDS = 3 * BEAT_SECONDS  # after which a daemon that does not stop has something


def read_status(config: Config, now: datetime | None = None) -> dict[str, Any]:
    """The running daemon's status.json; of a stopped one, what the ledger says. now: the time of day.

    Raises SurroundingsError where neither is there or may be read.
    """
    published = _published(config)
    pid, holding = published.get("pid"), holder(config.state_folder)
    if holding is not None and holding != pid:
        return published | {"state": "starting", "pid": holding, "trouble": "", "since": None}
    if holding is not None or (published.get("state") != "stopped" and _alive(pid)):
        said = understood(published.get("updated_at"))
        seconds = ((now or datetime.now(UTC)) - said).total_seconds() if said and "format" in published else 0.0
        return published | {"silent": seconds > SILENT_SECONDS}
    if not published and not os.path.isfile(config.ledger_path):  # not Path's: to operators the state may be closed
        raise SurroundingsError(
            f"nothing has run here yet: neither {config.outbox / FILE_NAME} nor {config.ledger_path} is there",
            hint="Start it with `digit-watcher run`, or name its config with --config FILE.",
        )
    crashed = published.get("state") not in (None, "stopped")
    trouble = "it ended without saying so" if crashed else ""
    return published | _of_the_ledger(config, published) | {"state": "stopped", "pid": None, "trouble": trouble}


def _of_the_ledger(config: Config, published: dict[str, Any]) -> dict[str, Any]:
    if not os.access(config.ledger_path, os.R_OK):
        return {}
    try:
        ledger = Ledger(config.ledger_path, read_only=True)
    except SurroundingsError as error:
        if not published:
            raise
        return {"ledger_trouble": str(error)}
    try:
        facts = ledger_facts(ledger)
    finally:
        ledger.close()
    wrong = facts["account"]["wrong"]
    return facts | {"conservation": {"compared": "stopped", "holds": not wrong, "wrong": wrong, "touched": []}}


def _published(config: Config) -> dict[str, Any]:
    """What a daemon said last: in the outbox or, where that failed it, beside the ledger."""
    for folder in (config.state_folder, config.outbox):
        path = folder / FILE_NAME
        try:
            return dict(json.loads(path.read_bytes()))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError, TypeError, RecursionError) as error:
            if isinstance(error, PermissionError) and folder == config.state_folder:
                continue  # it is closed to operators
            hint = "Ask for membership in its group." if isinstance(error, PermissionError) else trouble_of(error).hint
            raise SurroundingsError(f"cannot read {path}: {error}", hint=hint) from error
    return {}


def _alive(pid: Any) -> bool:
    if not isinstance(pid, int):
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
