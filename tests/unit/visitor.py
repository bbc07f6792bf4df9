"""A review page without a port, a daemon or a viewer, and somebody who visits it."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any

import httpx
from fakes import NOON, claim, id_of

from watcher.corrections.labels import Said
from watcher.ledger import Ledger
from watcher.places import Places
from watcher.recognition.verdict import Reason, Status, Verdict
from watcher.records import Record
from watcher.review.app import review_app
from watcher.review.protection import Hosts
from watcher.review.workplace import Given, Workplace
from watcher.viewing.viewer import View

HERE = "http://127.0.0.1:8321"
_SCORES = (0.0, 0.0, 0.0, 0.0, 0.6, 0.0, 0.0, 0.0, 0.0, 0.4)
DOUBTFUL = Verdict.of(Status.REVIEW, Reason.LOW_CONFIDENCE, "ef" * 32, _SCORES, 28, 28, "less sure than it should be")
PNG_OF = View(b"\x89PNG large", b"\x89PNG seen")


class Page:
    """A ledger, a daemon that hears at once unless it `pauses`, and the page. `seconds` is what its clock says."""

    def __init__(self, folder: Path, **given: Any) -> None:
        self.ledger = Ledger(folder / "ledger.sqlite3")
        self.outbox, self.seconds, self.pauses = folder, 1000.0, False
        self.said, self.looked = list[tuple[str, str, str]](), list[str]()
        self.views = dict[str, View]()
        self.workplace = Workplace(Given(
            folder / "ledger.sqlite3", look=self._look, look_small=self._look, say=self._say,
            status=lambda: {"state": "running"}, name="ada", zone=UTC, clock=lambda: self.seconds, now=lambda: NOON,
        ))  # fmt: skip
        self.workplace = Workplace(replace(self.workplace.given, **given))
        self.workplace.saying.sleep = self._sleep
        self.app = review_app(self.workplace, Hosts.of("127.0.0.1", ()))
        self.loop = asyncio.Runner()

    def close(self) -> None:
        self.loop.close()
        self.ledger.close()

    def add(self, *verdicts: Verdict, names: Sequence[str | bytes] = ()) -> list[Record]:
        """Records with these verdicts, at their places."""
        first = self.ledger.last_seq() + 1
        files = [name.encode() if isinstance(name, str) else name for name in names]
        files += [b"%d.png" % number for number in range(first + len(files), first + len(verdicts))]
        claims = [claim(first + at, file) for at, file in enumerate(files)]
        self.ledger.intend(claims)
        stamp = "2026-03-01T12:00:01.000Z"
        made = self.ledger.record(list(zip(claims, verdicts, strict=True)), "net", stamp, Places(self.outbox, UTC))
        self.ledger.finish([one.id for one in claims], [])
        return made

    def visitor(self, name: str = "Ada") -> "Visitor":
        """Somebody who has come in by the printed address."""
        return Visitor(self, name)

    def correct(self, picture: str, label: str, by: str = "Ben") -> None:
        """Somebody says so elsewhere."""
        self._write([(picture, label)], by)

    def _say(self, pairs: list[tuple[str, str]], by: str) -> list[str]:
        self.said += [(picture, label, by) for picture, label in pairs]
        return [f"later-{len(self.said)}"] * len(pairs) if self.pauses else self._write(pairs, by)

    def _write(self, pairs: list[tuple[str, str]], by: str) -> list[str]:
        ledger = Ledger(self.workplace.given.ledger)  # of its own: it is said in any thread
        first = 1000 + ledger.last_correction()
        said = [Said(id_of(first + at), picture, label, by, "2026-03-01T12:00:05.000Z")
                for at, (picture, label) in enumerate(pairs)]  # fmt: skip
        ledger.correct(said)
        ledger.close()
        return [one.id for one in said]

    def _look(self, record: Record) -> View:
        self.looked.append(record.claim.id)
        return self.views.get(record.claim.id, PNG_OF)

    async def _sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Visitor:
    """A browser. `get` and `post` as a page of ours does them, unless headers say otherwise."""

    def __init__(self, page: Page, name: str = "", *, enter: bool = True) -> None:
        transport = httpx.ASGITransport(page.app, raise_app_exceptions=False, client=("10.0.0.9", 1234))
        self.client, self._run = httpx.AsyncClient(transport=transport, base_url=HERE), page.loop.run
        self.csrf, self.tab = "", "tab" + name.lower() * 3 + "00000000"
        if enter:
            self.get("/enter", params={"token": page.workplace.entrance.token})
            self.csrf = self.get("/api/me").json()["csrf"]
        if name:
            assert 200 == self.post("/api/name", {"name": name}).status_code

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any other one."""
        return self._run(self.client.request(method, path, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def scripts(self) -> list[str]:
        """Addresses of the modules of the page's script, as the queue names them."""
        return re.findall(r'"(/static/[^"]+\.js)"', self.get("/").text)

    def post(self, path: str, body: dict[str, Any], **headers: str | None) -> httpx.Response:
        """headers: with _ for -; None leaves one out."""
        sent: dict[str, str | None] = {
            "Origin": HERE, "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": self.csrf,
            "Content-Type": "application/json",
        } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
        content = json.dumps(body)  # httpx's `json` would say its type itself
        return self.request("POST", path, content=content, headers={k: v for k, v in sent.items() if v is not None})

    def next(self, *have: str, saving: Sequence[str] = (), skip: str = "") -> list[str]:
        """The ids that are handed out."""
        body = {"tab": self.tab, "have": list(have), "saving": list(saving), "skip": skip}
        return [row["id"] for row in self.post("/api/next", body).json()["rows"]]

    def say(self, picture: str, label: str, seen: int = 0) -> httpx.Response:
        return self.post("/api/say", {"id": picture, "label": label, "seen": seen})

    def undo(self, picture: str = "") -> httpx.Response:
        return self.post("/api/undo", {"id": picture})
