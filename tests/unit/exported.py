"""A meter with something in it, and what Prometheus reads of it."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from watcher.metrics.levels import Levels
from watcher.metrics.meter import Meter
from watcher.metrics.server import registry_of, rendered

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def levels(folder: Path, **fields: object) -> Levels:
    """A daemon at rest with everything in one folder."""
    known = {
        "folders": dict.fromkeys(("inbox", "outbox", "state"), folder), "ledger": folder / "ledger.sqlite3",
        "in_hand": 0, "waiting": 0, "waiting_since": None, "behind_since": None, "ignored": 0, "slots": 4,
        "executors": 2, "model": "net-01234567",
        "outdated": False, "results": {}, "pictures": {}, "unfinished": {}, "open_reviews": 0,
    }  # fmt: skip
    return Levels(**known | fields)  # type: ignore[arg-type]


def samples(meter: Meter) -> Samples:
    """(name, labels but for the inbox) → value, as the official parser reads them."""
    text = rendered(registry_of(meter)).decode()
    return {
        (sample.name, tuple(sorted((k, v) for k, v in sample.labels.items() if k != "inbox"))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(meter: Meter, name: str, **labels: str) -> float:
    """That of one sample."""
    return samples(meter)[f"digit_watcher_{name}", tuple(sorted(labels.items()))]
