"""An inbox, an outbox and a config.yaml, and what lies in them before, while and after the daemon runs."""

import csv
import hashlib
import io
import json
import os
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.end_to_end.conservation import Account, Conservation, Version
from tests.end_to_end.process import Running, run_program, wait_for

FAST = {"watch": {"settle_seconds": 0.3, "rescan_seconds": 0.5}, "reading": {"workers": 1}}


def sha256(data: bytes) -> str:
    """As it stands in results.csv."""
    return hashlib.sha256(data).hexdigest()


class Place:
    """A folder with config.yaml, inbox and outbox, and what can be seen in them."""

    def __init__(self, root: Path) -> None:
        self.root, self.inbox, self.outbox = root, root / "inbox", root / "outbox"
        self.config_file, self.state = root / "config.yaml", self.outbox / ".state"
        self.inbox.mkdir(parents=True)
        self.running: list[Running] = []
        self.configure()

    def configure(self, **settings: Any) -> None:
        """Write config.yaml with fast timers; a group given here is laid over the fast one."""
        values = {"digit_watcher": 1, "inbox": "inbox", "outbox": "outbox", **FAST}
        for key, value in settings.items():
            values[key] = {**FAST.get(key, {}), **value} if isinstance(value, dict) else str(value)
        self.config_file.write_text(json.dumps(values), encoding="utf-8")  # JSON is YAML

    def command(self, *arguments: str | Path, **environment: Any) -> subprocess.CompletedProcess[str]:
        """Run a command here; ./config.yaml is found by itself."""
        return run_program(*arguments, cwd=self.root, **environment)

    def once(self, **environment: Any) -> subprocess.CompletedProcess[str]:
        """Read what is there; must end well."""
        done = self.command("run", "--once", **environment)
        assert done.returncode == 0, done.stderr
        return done

    def start(self, **options: Any) -> Running:
        """Start the daemon and wait until it says READY=1."""
        running = Running(self.root, **options)
        self.running.append(running)
        wait_for(running.is_ready, "READY=1")
        return running

    def drop(self, name: str | bytes, data: bytes) -> str:
        """Copy a file into the inbox as most programs do: plainly, under its name. Gives its sha256."""
        path = os.fsencode(self.inbox) + b"/" + os.fsencode(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return sha256(data)

    def rows(self) -> list[dict[str, str]]:
        """Results.csv as its readers see it."""
        path = self.outbox / "results.csv"
        text = path.read_bytes().decode() if path.exists() else ""
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def lines(self) -> list[dict[str, Any]]:
        """Results.jsonl as its readers see it."""
        path = self.outbox / "results.jsonl"
        whole = path.read_bytes().split(b"\n")[:-1] if path.exists() else []  # the daemon may be writing one
        return [json.loads(line) for line in whole]

    def row(self, name: str) -> dict[str, str] | None:
        """The one row of a file, or None; also where the daemon is in the middle of writing it."""
        found = [row for row in self.rows() if row["file"] == name and None not in row.values()]
        assert len(found) <= 1, found
        return found[0] if found else None

    def wait_for_row(self, name: str) -> dict[str, str]:
        """The row of a file, once it is there, its file has left the work folder, and the ledger knows so."""
        row = wait_for(lambda: self.row(name), f"a row for {name}")
        wait_for((self.outbox / row["archived_to"]).exists, f"{name} in {row['archived_to']}")
        wait_for(lambda: self.state_of(row["id"]) not in ("intent", "recorded"), f"{name} done with in the ledger")
        return row

    def wait_for_some_rows(self) -> None:
        """Until the first rows are there."""
        wait_for(self.rows, "a first row")

    def status(self) -> dict[str, Any]:
        """What status.json says; {} where it is not there."""
        path = self.outbox / "status.json"
        return dict(json.loads(path.read_bytes())) if path.exists() else {}

    def kept(self) -> Counter[str]:
        """The sha256 of every file in archive/ and rejected/, but for reasons."""
        folders = (self.outbox / "archive", self.outbox / "rejected")
        files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
        return Counter(sha256(file.read_bytes()) for file in files if not file.name.endswith(".reason.txt"))

    def in_work(self) -> list[str]:
        """Claimed files that have not left the work folder."""
        return sorted({file.name for file in (self.inbox / ".work").iterdir()} - {"lock", "identity", "quarantine"})

    def ledger(self) -> list[tuple[str, str, str, bytes]]:
        """Id, state, sha256 and place of every picture that has a result, in sequence."""
        with closing(sqlite3.connect(self.state / "ledger.sqlite3")) as db:
            return db.execute(
                "SELECT id, state, sha256, archived_to FROM pictures WHERE seq IS NOT NULL ORDER BY seq"
            ).fetchall()

    def state_of(self, id_: str) -> str:
        """What the ledger calls one picture."""
        with closing(sqlite3.connect(self.state / "ledger.sqlite3")) as db:
            return str(db.execute("SELECT state FROM pictures WHERE id = ?", (id_,)).fetchone()[0])

    def unfinished(self) -> int:
        """How many pictures the ledger holds that are not where they belong yet."""
        with closing(sqlite3.connect(self.state / "ledger.sqlite3")) as db:
            states = "'intent', 'recorded'"
            return int(db.execute(f"SELECT count(*) FROM pictures WHERE state IN ({states})").fetchone()[0])

    def account(
        self, dropped: Iterable[str], *,
        came_back: Collection[Version] = (), quarantined: int = 0, ignored: Collection[str] = (),
    ) -> Account:  # fmt: skip
        """What became of what was dropped, looked at from outside; as `Conservation.check`."""
        if any(running.process.poll() is None for running in self.running):
            ignored = {*ignored, "status.json.new"}  # it may be writing one
        seen = Conservation(self.inbox, self.outbox, self.state)
        return seen.check(Counter(dropped), came_back, quarantined, ignored)

    def assert_conserved(self, dropped: Iterable[str], **known: Any) -> None:
        """Every dropped file is exactly one record, one row, one line and one copy; nothing lies elsewhere.

        known: what else `account` is told.
        """
        expected = Counter(dropped)
        wait_for(lambda: len(self.rows()) >= expected.total(), f"{expected.total()} rows")
        wait_for(lambda: self.unfinished() == 0, "an end of what is unfinished")
        wrong = self.account(expected, **known).wrong
        assert not wrong, "\n".join(wrong)
