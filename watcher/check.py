"""The `check` command: try everything that could fail later, and say each thing in one line, with what to do."""

import json
from collections import Counter
from collections.abc import Iterator

import click

from watcher.checks.clock import check_clock
from watcher.checks.disks import check_space
from watcher.checks.engine import check_engine
from watcher.checks.filesystems import check_filesystems, check_names, check_renames
from watcher.checks.findings import Check, Finding, Level, found_by
from watcher.checks.folders import check_inbox, check_outbox, check_state, check_work
from watcher.checks.ledger import check_ledger, check_leftovers, check_marks
from watcher.checks.limits import check_events, check_files, check_memory
from watcher.checks.nesting import check_nesting
from watcher.checks.reading import check_model, check_readers
from watcher.checks.results import check_results
from watcher.checks.scene import Scene, open_scene
from watcher.checks.settings import check_log, check_metrics, check_retention
from watcher.checks.subfolders import check_subfolders
from watcher.checks.unit import check_unit
from watcher.checks.user import check_daemon, check_encoding, check_user
from watcher.colours import coloured
from watcher.config import Config

CHECKS: dict[str, Check] = {
    "user": check_user, "daemon": check_daemon, "unit": check_unit,
    "inbox": check_inbox, "work": check_work, "subfolders": check_subfolders, "outbox": check_outbox,
    "state": check_state, "nesting": check_nesting,
    "filesystems": check_filesystems, "renames": check_renames, "names": check_names, "encoding": check_encoding,
    "space": check_space, "events": check_events, "open files": check_files, "memory": check_memory,
    "model": check_model, "readers": check_readers, "engine": check_engine, "clock": check_clock,
    "ledger": check_ledger, "marks": check_marks, "results": check_results, "leftovers": check_leftovers,
    "retention": check_retention, "metrics": check_metrics, "log": check_log,
}  # fmt: skip


def check_command(config: Config, *, as_json: bool = False) -> int:
    """Print what was found; gives the exit code of the worst of it. Raises SurroundingsError as `open_scene`."""
    with open_scene(config) as scene:
        if as_json:
            found = [*_all(scene)]
            click.echo(json.dumps(_facts(scene, found), indent=1, ensure_ascii=False))
        else:
            found = []
            for name, finding in _all(scene):
                found.append((name, finding))
                click.echo(_line(name, finding))
            click.echo(_sum(scene, found))
    return max(finding.code for _, finding in found)


def _all(scene: Scene) -> Iterator[tuple[str, Finding]]:
    for name, check in CHECKS.items():
        for finding in found_by(check, scene):
            yield name, finding


def _line(name: str, finding: Finding) -> str:
    hint = f"\n      {finding.hint}" if finding.hint else ""
    return f"{coloured(f'{finding.level:4}')}  {name}: {finding.text}{hint}"


def _sum(scene: Scene, found: list[tuple[str, Finding]]) -> str:
    by = Counter(finding.level for _, finding in found)
    if by[Level.FAIL]:
        return f"\n{by[Level.FAIL]} to mend, {by[Level.WARN]} to know, {by[Level.OK]} as they should be."
    if scene.stranger:
        return f"\nNothing to mend was seen; {by[Level.WARN]} to know or not known, {by[Level.OK]} as they should be."
    if by[Level.WARN]:
        return f"\nIt will work; {by[Level.WARN]} to know, {by[Level.OK]} as they should be."
    return f"\nAll is well: {by[Level.OK]} things were tried."


def _facts(scene: Scene, found: list[tuple[str, Finding]]) -> dict[str, object]:
    return {
        "user": scene.user,
        "exit_code": max(finding.code for _, finding in found),
        "findings": [
            {"check": name, "level": one.level.lower(), "text": one.text, "hint": one.hint, "exit_code": one.code}
            for name, one in found
        ],
    }
