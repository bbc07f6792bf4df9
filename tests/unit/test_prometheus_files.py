"""deploy/prometheus, deploy/grafana: alerts and dashboard say what Prometheus understands and the daemon exports."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from exported import levels, samples
from fakes import record
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from watcher.metrics.meter import Meter

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
ALERTS_TEST = DEPLOY / "prometheus" / "alerts_test.yml"
DASHBOARD = DEPLOY / "grafana" / "digit-watcher.json"
OF_PROMETHEUS = {"up"}


def rules() -> list[dict[str, Any]]:
    """All of alerts.yml."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> list[dict[str, Any]]:
    """Those that are told to people."""
    return [rule for rule in rules() if "alert" in rule]


def dashboard() -> dict[str, Any]:
    """As it is loaded into Grafana."""
    return dict(json.loads(DASHBOARD.read_text(encoding="utf-8")))


def panels() -> list[dict[str, Any]]:
    """Those that show something."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def queries() -> Iterator[tuple[str, str]]:
    """What is asked of Prometheus, with where: rules as they are, the dashboard's with its variables filled in."""
    for rule in rules():
        yield rule.get("alert") or rule["record"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"].replace("$__rate_interval", "5m").replace("$inbox", ".*")


QUERIES = list(queries())


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What a daemon exports: name → labels that samples of this name have."""
    meter = Meter()
    meter.measuring = True
    meter.levels = levels(tmp_path_factory.mktemp("daemon"), results={("ok", ""): 1}, pictures={"archived": 1})
    meter.add([record()])
    found: dict[str, set[str]] = {}
    for name, labels in samples(meter):
        found.setdefault(name, {"inbox", "instance", "job"}).update(key for key, _ in labels)
    return found


def selectors(query: str) -> list[Any]:
    """Every vector that a query selects."""
    found = []

    def visit(node: Any) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        return True

    promql_parser.walk(promql_parser.parse(query), visit)
    return found


@pytest.mark.parametrize(("where", "query"), QUERIES, ids=[where for where, _ in QUERIES])
def test_queries_ask_for_what_there_is(where: str, query: str, exported: dict[str, set[str]]) -> None:
    """In PromQL, by names and labels that a daemon exports or a rule records."""
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    asked = selectors(query)
    assert asked, where
    assert [] == [one.name for one in asked if one.name not in exported.keys() | recorded | OF_PROMETHEUS]
    for one in asked:
        labels = set(re.findall(r"(\w+)(?:=~|!~|!=|=)", str(one.matchers)))
        assert labels <= exported.get(one.name, {"job", "inbox"}), one


@pytest.mark.parametrize(("where", "query"), QUERIES, ids=[where for where, _ in QUERIES])
def test_labels_that_are_summed_over_are_there(where: str, query: str, exported: dict[str, set[str]]) -> None:
    """A misspelt one would give one sum over everything."""
    lists = re.findall(r"(?:by|without|on|group_left) \(([^)]*)\)", query)
    named = {label.strip() for labels in lists for label in labels.split(",")}
    names = [one.name for one in selectors(query)]
    known = set[str]().union(*(exported.get(name, set()) for name in names), {"le", "instance", "inbox"})
    assert named <= known, where


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert["alert"])
def test_an_alert_says_where_what_and_what_to_do(alert: dict[str, Any]) -> None:
    """To somebody who was asleep a minute ago."""
    assert alert["alert"].startswith("DigitWatcher")
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert {"summary", "description", "action"} == set(alert["annotations"])
    for text in alert["annotations"].values():
        assert 20 < len(text) < 400
        assert {"labels", "value"} >= set(re.findall(r"{{ \$(\w+)", text))


def test_every_alert_has_a_case_in_which_it_fires() -> None:
    """Beside those in which none does."""
    cases = ALERTS_TEST.read_text(encoding="utf-8")
    assert [] == [rule["alert"] for rule in alerts() if f'alertname="{rule["alert"]}"' not in cases]


@pytest.mark.parametrize("command", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")])
def test_prometheus_own_tool_takes_the_rules(command: tuple[str, ...]) -> None:
    """And its cases come out as they are written."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    done = subprocess.run([promtool, *command], cwd=ALERTS.parent, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_grafanas_own_model_loses_nothing_of_the_dashboard() -> None:
    """Read and written again, everything is there that Grafana 11 knows."""
    register_default_plugins()
    raw = dashboard()
    again = json.loads(JSONEncoder().encode(Dashboard.from_json(raw)))
    assert [] == [path for path in missing(raw, again) if not path.endswith("/definition")]  # a copy for people


def missing(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Where `other` is not what `one` is."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key, value in one.items():
            yield from missing(value, other.get(key), f"{path}/{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from missing(left, right, f"{path}/{number}")
    elif one != other:
        yield path


def test_panels_lie_side_by_side_and_say_what_they_show() -> None:
    """No two overlap, none is wider than the page, and each asks the data source that is chosen above."""
    taken: dict[tuple[int, int], str] = {}
    for panel in dashboard()["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for place in ((x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])):
            assert place not in taken, (panel["title"], taken[place])
            taken[place] = panel["title"]
    ids = [panel["id"] for panel in dashboard()["panels"]]
    assert len(ids) == len(set(ids))
    for panel in panels():
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert {"${datasource}"} == {target["datasource"]["uid"] for target in panel["targets"]}


def test_every_number_is_shown_or_watched(exported: dict[str, set[str]]) -> None:
    """One that nobody looks at need not be exported."""
    text = " ".join(query for _, query in QUERIES)
    left = {re.sub("_(count|sum)$", "_bucket", name) for name in exported} - set(re.findall(r"digit_watcher_\w+", text))
    # Each of them is another one's companion.
    assert {"claimed_pictures_total", "pauses_total", "retention_deleted_files_total"} == {
        name.removeprefix("digit_watcher_") for name in left
    }


def test_every_number_and_alert_is_explained(exported: dict[str, set[str]]) -> None:
    """On the page for whoever is on call."""
    page = (DEPLOY.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    numbers = {re.sub("_(bucket|count|sum)$", "", name) for name in exported}
    assert [] == sorted(name for name in numbers if f"`{name}" not in page)
    assert [] == [rule["alert"] for rule in alerts() if f"`{rule['alert']}`" not in page]
