"""The commands that look at what the daemon did, or tie it to its folders: status, init."""

import json
import os
import sys
from contextlib import ExitStack
from typing import Any

import click

from watcher.config import Config
from watcher.ledger import Ledger
from watcher.ownership import Lock
from watcher.status import read_status


def show_status(config: Config, *, as_json: bool) -> None:
    """Print the daemon's state."""
    facts = read_status(config)
    if as_json:
        click.echo(json.dumps(facts, indent=1, ensure_ascii=False))
        return
    for line in _lines(facts):
        click.echo(line)


def _lines(facts: dict[str, Any]) -> list[str]:
    pid = f" (pid {facts['pid']})" if facts.get("pid") else ""
    lines = [f"state    {facts['state']}{pid}"]
    if facts.get("trouble"):
        lines += [f"trouble  {facts['trouble']}", f"         {facts.get('hint', '')}".rstrip()]
    for key in ("inbox", "outbox", "model", "updated_at"):
        if facts.get(key):
            lines.append(f"{key.removesuffix('_at'):8} {facts[key]}")
        if key == "model" and facts.get("model_outdated"):
            lines.append("         the disk has another model by now; it is read by from the next start on")
    by = ", ".join(f"{n:,} {status}" for status, n in sorted(facts.get("by_status", {}).items()))
    lines.append(f"results  {facts.get('results', 0):,}" + (f" ({by})" if by else ""))
    lines += [f"         {n:,} {reason}" for reason, n in sorted(facts.get("by_reason", {}).items())]
    if facts.get("in_hand"):
        lines.append(f"in hand  {facts['in_hand']:,}")
    lines += [
        f"{state:8} {n:,}" for state, n in facts.get("unfinished", {}).items() if state not in ("intent", "recorded")
    ]
    for title in ("waiting", "ignored"):
        if facts.get(title):
            lines.append(f"{title:8} {facts[title]:,}")
            lines += [f"         {item['file']}: {item['why']}" for item in facts.get(f"{title}_files", [])]
    return lines


def adopt_command(config: Config) -> None:
    """Tie the ledger to the inbox, under both locks."""
    from watcher.files import WORK, Files
    from watcher.identity import Marked
    from watcher.premises import make_folders

    Files(config.inbox).prepare()
    state = make_folders(config, adopting=True)
    with ExitStack() as stack:
        for folder, what in ((config.inbox / os.fsdecode(WORK), "inbox's work"), (state, "state")):
            stack.callback(Lock(folder, what).release)
        ledger = Ledger(config.ledger_path)
        stack.callback(ledger.close)
        for marked in (Marked.inbox(config.inbox), Marked.outbox(config.outbox)):
            marked.adopt(ledger)
    click.echo(f"{config.inbox} and {config.outbox} now belong to {ledger.path}", file=sys.stderr)
