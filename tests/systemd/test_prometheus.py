"""A real Prometheus reads a real daemon; a real node_exporter reads the files of two. Both from Debian's packages."""

import json
import re
import shutil
import signal
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for

DEPLOY = Path(__file__).parents[2] / "deploy"
EMPTY_WHERE_ALL_IS_WELL = {"Pauses", "Not at their places", "Ledger"}


def free_port() -> int:
    """A port that nobody has."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


def fetched(url: str) -> str:
    """What lies there; "" where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


@contextmanager
def started(program: str, *arguments: str, log: Path) -> Iterator[None]:
    """A program of Debian's while the test runs; skips it where the program is missing."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    with open(log, "wb") as file, subprocess.Popen([path, *arguments], stdout=file, stderr=file) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGKILL)


class Prometheus:
    """Its web interface."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/v1/"

    def ask(self, what: str, **arguments: str) -> Any:
        """The data of an answer, None where there is none yet. Fails where the question is refused."""
        text = fetched(f"{self._url}{what}?{urllib.parse.urlencode(arguments)}")
        if not text:
            return None
        answer = json.loads(text)
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression: str) -> list[Any]:
        """Each series with its value of now."""
        return list((self.ask("query", query=expression) or {"result": []})["result"])


@contextmanager
def prometheus(folder: Path, scraped: int) -> Iterator[Prometheus]:
    """One that scrapes a port every second, with our alerts."""
    settings = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(DEPLOY / "prometheus" / "alerts.yml")],
        "scrape_configs": [{"job_name": "digit-watcher", "static_configs": [{"targets": [f"127.0.0.1:{scraped}"]}]}],
    }
    (folder / "prometheus.yml").write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    port = free_port()
    with started(
        "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}", log=folder / "prometheus.log",
    ):  # fmt: skip
        yield Prometheus(port)


def test_a_real_prometheus_understands_metrics_alerts_and_dashboard(place: Place) -> None:
    """Its target is up, its rules are healthy, nothing fires, and what the dashboard asks for has answers."""
    port = free_port()
    place.configure(metrics={"port": port})
    with prometheus(place.root, port) as server:
        running = place.start()
        wait_for(lambda: server.query("up == 1"), "a first scrape")
        for number in range(8):
            place.drop(f"{number}.png", png(number))
        place.drop("broken.png", png(1)[:50] + bytes(50))
        place.drop("notes.txt", b"not a picture")
        place.wait_for_row("broken.png")
        wait_for(lambda: server.query("sum(digit_watcher_pictures_total) == 9"), "nine pictures")
        wait_for(lambda: server.query("sum(rate(digit_watcher_pictures_total[5m])) > 0"), "a rise")
        for title, query in dashboard_queries():
            if title not in EMPTY_WHERE_ALL_IS_WELL:
                wait_for(lambda asked=query: server.query(asked), f"{title}: {query}", 10)
        rules = [rule for group in server.ask("rules")["groups"] for rule in group["rules"]]
        assert len(rules) == (DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8").count("expr:")
        assert {"ok"} == {rule["health"] for rule in rules}, rules
        assert [] == server.query("ALERTS")
        running.kill()
        wait_for(lambda: server.query('ALERTS{alertname="DigitWatcherUnreachable"}'), "an alert that is pending")


def dashboard_queries() -> Iterator[tuple[str, str]]:
    """With their panel's title."""
    for panel in json.loads((DEPLOY / "grafana" / "digit-watcher.json").read_text(encoding="utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m").replace("$inbox", ".*")


def test_node_exporter_takes_the_files_of_two_daemons(place: Place, tmp_path: Path) -> None:
    """Their samples differ by the inbox alone, and it reads what another user wrote."""
    collector = tmp_path / "collector"
    collector.mkdir()
    other = Place(tmp_path / "other")
    for number, one in enumerate((place, other)):
        one.configure(metrics={"textfile": str(collector / f"digit-watcher-{number}.prom")})
        one.drop("7.png", png(7))
        one.once()
    port = free_port()
    with started(
        "prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
        f"--collector.textfile.directory={collector}", f"--web.listen-address=127.0.0.1:{port}",
        log=tmp_path / "node.log",
    ):  # fmt: skip
        text = wait_for(lambda: fetched(f"http://127.0.0.1:{port}/metrics"), "an answer")
    assert re.search(r"^node_textfile_scrape_error 0$", text, re.MULTILINE), text
    for one in (place, other):
        name = rf'digit_watcher_pictures_total{{inbox="{one.inbox}",reason="",status="ok"}} 1'
        assert re.search(f"^{re.escape(name)}$", text.replace("\\", ""), re.MULTILINE)
    assert text.count("digit_watcher_running{") == 2
