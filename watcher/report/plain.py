"""The figures of a report as JSON, for programs."""

from pydantic_core import to_json

from watcher.report.page import Report
from watcher.times import written


def as_json(report: Report) -> bytes:
    """The figures, without pictures, in UTF-8; the names are those of the page."""
    figures = report.figures
    latency = figures.latency
    return to_json({
        "since": report.since and written(report.since, "milliseconds"),
        "until": report.until and written(report.until, "milliseconds"),
        "written": written(report.written), "inbox": report.inbox, "outbox": report.outbox,
        "rows": figures.rows, "statuses": figures.statuses, "reasons": figures.reasons, "models": figures.models,
        "open_reviews": figures.open_reviews, "read_again": figures.read_again, "digits": figures.digits,
        "confidences": [{"from": begin} | rows for begin, rows in figures.confidences],
        "unit": figures.unit,
        "over_time": [{"from": written(begin)} | rows for begin, rows in figures.over_time],
        "people": figures.people,
        "corrections": [{"read": one.read, "label": one.label, "rows": one.rows} for one in figures.corrections],
        "latency_seconds": {"median": latency.median, "p99": latency.p99} if latency else None,
    }, indent=2) + b"\n"  # fmt: skip
