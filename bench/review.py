"""`python -m bench.review`: how long people wait for the review page, over a ledger of a million results."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click
import httpx

from bench.command import out_option, spelled
from bench.daemon import backlog
from bench.history import older_rows
from bench.results import Figure, Results
from bench.table import Table
from watcher.corrections.labels import Said
from watcher.ids import IdSource, time_of
from watcher.ledger import Ledger

_PICTURE = Path("docs/pictures/paint-28x28.png")
_EVERY_REVIEW, _EVERY_LABEL = 50, 100  # of the results one waits for a person, and of one a person has spoken
_DEEP = 0.001  # the share of results that are older than a deep page
_DOUBTS = """UPDATE records SET status = 'review', reason = 'low_confidence', confidence = 0.6 WHERE seq % ? = 0"""
_OPEN = "INSERT INTO open_reviews SELECT seq FROM records WHERE status = 'review'"
_FURTHER = re.compile(r'data-cut href="([^"]+)"')


@click.command()
@click.option("--rows", default=1_000_000, show_default=True, help="Results in the ledger.")
@click.option("--times", default=20, show_default=True, help="How often each is asked for.")
@out_option
def main(rows: int, times: int, out: Path | None) -> None:
    """Time the answers of a running page, as a browser on the same machine has them."""
    results = Results(spelled())
    table = Table(results)
    with tempfile.TemporaryDirectory(prefix="bench-review-") as folder:
        root = Path(folder)
        deep = history(root, rows)
        with page(root) as client:
            for figure in figures(client, deep, times):
                table.add(figure)
    if out is not None:
        results.save(out)


def history(root: Path, rows: int) -> str:
    """What years have left, in root/outbox; gives the id of a result that lies deep in it."""
    (root / "inbox").mkdir()
    (root / "inbox" / _PICTURE.name).write_bytes(_PICTURE.read_bytes())
    backlog(root / "inbox")
    path = root / "outbox" / ".state" / "ledger.sqlite3"
    older_rows(path, rows - 1)
    with closing(Ledger(path)) as ledger:
        db, names = ledger._db, IdSource()
        db.execute(_DOUBTS, (_EVERY_REVIEW,))
        db.execute(_OPEN)
        spoken = db.execute("SELECT id FROM records WHERE seq % ? = 0", (_EVERY_LABEL,)).fetchall()
        ledger.correct(Said(names.new(), row[0], "7", "bench", "2001-01-01T00:00:00.000Z") for row in spoken)
        asked = "SELECT id FROM records WHERE seq >= ? ORDER BY seq LIMIT 1"
        return str(db.execute(asked, (max(1, int(rows * _DEEP)),)).fetchone()[0])


@contextmanager
def page(root: Path) -> Iterator[httpx.Client]:
    """The page over it, and somebody who was let in."""
    command = [sys.executable, "-m", "watcher", "review", "--port", "0", "--name", "bench",
               "--inbox", str(root / "inbox"), "--outbox", str(root / "outbox")]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            address = urlsplit(process.stdout.readline().strip())
            with httpx.Client(base_url=f"{address.scheme}://{address.netloc}", timeout=60) as client:
                client.get(f"{address.path}?{address.query}", follow_redirects=True).raise_for_status()
                yield client
        finally:
            process.terminate()


def figures(client: httpx.Client, deep: str, times: int) -> Iterator[Figure]:
    """One after the other."""
    for name, path in (
        ("the first page of results", "/results"),
        ("a page deep down", f"/results?before={deep}"),
        ("what people spoke of", "/results?corrected=yes"),
        ("what waits for a person", "/results?status=review"),
        ("before a day of long ago", f"/results?until={time_of(deep):%Y-%m-%dT%H:%M:%S.%fZ}"),
        ("one result", f"/results/{deep}"),
        ("the counts, asked for once a second", "/api/live"),
    ):
        yield timed(name, times, lambda path=path: client.get(path))
    me = client.get("/api/me").json()
    headers = {"X-CSRF-Token": me["csrf"], "Origin": str(client.base_url).rstrip("/")}
    yield timed("the next of the queue", times, lambda: client.post(
        "/api/next", json={"tab": "benchbench", "have": []}, headers=headers))  # fmt: skip
    shares, whole = [], []
    for _ in range(max(1, times // 10)):
        seconds = list(search(client, "/results?name=nothing-is-called-so"))
        shares += seconds
        whole.append(sum(seconds))
    yield Figure("nothing fits a name: until it says how far it came", "ms", tuple(1000 * one for one in shares))
    yield Figure("nothing fits a name: until all was looked at", "ms", tuple(1000 * one for one in whole))


def timed(name: str, times: int, ask: Callable[[], httpx.Response]) -> Figure:
    """In milliseconds; the first time, which reads templates and pages of the file, does not count."""
    ask().raise_for_status()
    values = []
    for _ in range(times):
        begun = time.perf_counter()
        ask().raise_for_status()
        values.append(1000 * (time.perf_counter() - begun))
    return Figure(name, "ms", tuple(values))


def search(client: httpx.Client, path: str) -> Iterator[float]:
    """Seconds of each part of a search that goes on until all was looked at."""
    further: str | None = path
    while further:
        begun = time.perf_counter()
        text = client.get(further).raise_for_status().text
        yield time.perf_counter() - begun
        found = _FURTHER.search(text)
        further = found[1].replace("&amp;", "&") if found else None


if __name__ == "__main__":
    main()
