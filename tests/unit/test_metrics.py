"""watcher.metrics.collector: the numbers as Prometheus reads them."""

import errno
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from exported import levels, samples, value
from fakes import BLANK, record
from prometheus_client import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from watcher import __version__
from watcher.answers import _REASONS
from watcher.engine import Loss
from watcher.metrics.collector import KINDS
from watcher.metrics.meter import Meter
from watcher.metrics.server import registry_of, rendered


@pytest.fixture
def meter(tmp_path: Path) -> Meter:
    """It stands at noon of a monotonic clock of 1,000 s, and has looked at its things."""
    made = Meter(lambda: 1_770_000_000.0, lambda: 1000.0)
    made.measuring, made.levels = True, levels(tmp_path)
    return made


def test_nothing_is_told_before_the_loop_has_looked(tmp_path: Path) -> None:
    """Numbers that are not known are no zeros."""
    assert b"" == rendered(registry_of(Meter()))


def test_pictures_are_counted_by_status_and_reason(meter: Meter) -> None:
    """Together with what was taken."""
    meter.claimed = 4
    meter.add([record(1), record(2), record(3, verdict=BLANK)])
    assert 4 == value(meter, "claimed_pictures_total")
    assert 2 == value(meter, "pictures_total", status="ok", reason="")
    assert 1 == value(meter, "pictures_total", status="unreadable", reason="blank")


def test_every_kind_of_picture_pause_and_loss_is_there_from_the_beginning(meter: Meter) -> None:
    """A series that begins with its first event shows no rise."""
    found = samples(meter)
    assert 13 == len([name for name, _ in found if name == "digit_watcher_pictures_total"])
    assert {0.0} == {n for (name, _), n in found.items() if name.endswith("_total")}
    assert 0 == value(meter, "pauses_total", kind="disk_full")
    assert 0 == value(meter, "readers_lost_total", trouble="out_of_memory")
    assert 0 == value(meter, "reloads_total", result="failure")


def test_the_kinds_of_pictures_are_those_that_readers_may_tell_and_those_that_only_the_daemon_can() -> None:
    """A new reason cannot be forgotten here."""
    told = {(status.value, reason.value if reason else "") for status, some in _REASONS.items() for reason in some}
    assert set(KINDS) == told | {("unreadable", "crashed_reader"), ("unreadable", "timed_out")}


def test_histograms_add_up(meter: Meter) -> None:
    """Their buckets contain those below, the last one all."""
    meter.add([record(1), record(2), record(3, verdict=BLANK)])
    assert 2 == value(meter, "confidence_ratio_bucket", le="0.99")
    assert 0 == value(meter, "confidence_ratio_bucket", le="0.98")
    assert 2 == value(meter, "confidence_ratio_bucket", le="+Inf") == value(meter, "confidence_ratio_count")
    assert 3 == value(meter, "latency_seconds_count") == value(meter, "file_age_seconds_count")
    assert 1.98 == pytest.approx(value(meter, "confidence_ratio_sum"))


def test_what_waits_is_told_with_its_age(meter: Meter, tmp_path: Path) -> None:
    """Ages grow although nobody looks again."""
    meter.levels = levels(tmp_path, in_hand=7, waiting=2, waiting_since=940.0, behind_since=990.0, ignored=3)
    assert (7, 2, 60, 10, 3) == tuple(
        value(meter, name)
        for name in ("in_hand_pictures", "waiting_files", "waiting_age_seconds", "backlog_age_seconds", "ignored_files")
    )


def test_who_reads_is_told(meter: Meter, tmp_path: Path) -> None:
    """A cluster of two machines with four cores each; and one that is away."""
    meter.levels = levels(tmp_path, executors=2, slots=8)
    assert (2, 8) == tuple(value(meter, name) for name in ("engine_executors", "engine_slots"))
    meter.levels = levels(tmp_path, executors=0, slots=0)
    assert (0, 0) == tuple(value(meter, name) for name in ("engine_executors", "engine_slots"))


def test_a_pause_is_told(meter: Meter) -> None:
    """By what failed."""
    assert 0 == value(meter, "paused")
    meter.paused(OSError(errno.EROFS, "x"))
    assert (1, 1) == (value(meter, "paused"), value(meter, "pauses_total", kind="read_only"))
    assert 0 == value(meter, "paused_seconds_total", kind="read_only")


def test_losses_reloads_and_deletions_are_told(meter: Meter) -> None:
    """Each under its own name."""
    meter.lost_reader(Loss.CRASHED)
    meter.reloads = lambda: (1, 2)
    meter.deleted("rejected", 2, 500)
    assert 1 == value(meter, "readers_lost_total", trouble="crashed")
    assert (1, 2) == tuple(value(meter, "reloads_total", result=result) for result in ("success", "failure"))
    assert 2 == value(meter, "retention_deleted_files_total", folder="rejected")
    assert 500 == value(meter, "retention_deleted_bytes_total", folder="rejected")


def test_program_model_and_life_are_told(meter: Meter, tmp_path: Path) -> None:
    """A stopped daemon says so in the file that stays."""
    meter.levels = levels(tmp_path, outdated=True)
    assert 1 == value(meter, "build_info", version=__version__, python=sys.version.split()[0])
    assert 1 == value(meter, "model_info", model="net-01234567")
    assert (1, 1) == (value(meter, "model_outdated"), value(meter, "running"))
    assert 1_770_000_000 == value(meter, "process_start_time_seconds") == value(meter, "loop_turn_timestamp_seconds")
    meter.stopped()
    assert 0 == value(meter, "running")


def test_the_ledger_is_told_with_its_size(meter: Meter, tmp_path: Path) -> None:
    """And its write-ahead log's."""
    (tmp_path / "ledger.sqlite3").write_bytes(bytes(5000))
    (tmp_path / "ledger.sqlite3-wal").write_bytes(bytes(700))
    meter.levels = levels(
        tmp_path, results={("ok", ""): 9}, pictures={"archived": 8}, unfinished={"missing": 1}, open_reviews=3
    )
    assert 3 == value(meter, "review_open_pictures")
    assert 5700 == value(meter, "ledger_size_bytes")
    assert 9 == value(meter, "ledger_results", status="ok", reason="")
    assert 8 == value(meter, "ledger_pictures", state="archived")
    assert (1, 0) == tuple(value(meter, "ledger_unfinished_pictures", state=state) for state in ("missing", "intent"))


def test_disks_are_told_as_df_does(meter: Meter, tmp_path: Path) -> None:
    """A folder that is gone has none."""
    folders = {"inbox": tmp_path / "gone", "outbox": tmp_path, "state": tmp_path}
    meter.levels = levels(tmp_path, folders=folders)
    found = samples(meter)
    assert shutil.disk_usage(tmp_path).total == found["digit_watcher_disk_size_bytes", (("folder", "outbox"),)]
    assert 0 < found["digit_watcher_disk_free_bytes", (("folder", "state"),)]
    assert ("digit_watcher_disk_free_bytes", (("folder", "inbox"),)) not in found


def test_every_sample_names_the_inbox(meter: Meter) -> None:
    """Two daemons' files lie in one folder of node_exporter, which refuses samples that are equal."""
    lines = rendered(registry_of(meter)).decode().splitlines()
    assert [] == [line for line in lines if not line.startswith("#") and 'inbox="' not in line]


def test_names_of_pictures_are_never_labels(meter: Meter) -> None:
    """Nor is anything else that has no end: as many series after a thousand pictures as before."""
    before = len(samples(meter))
    for number in range(1000):
        meter.add([record(number, b"private-%d.png" % number)])
        meter.paused(OSError(number % 200, f"error {number}"))
    assert before == len(samples(meter))
    assert b"private" not in rendered(registry_of(meter))


def test_the_text_is_openmetrics_too(meter: Meter) -> None:
    """Newer versions of Prometheus ask for that."""
    meter.add([record(1)])
    text = generate_openmetrics(registry_of(meter)).decode()
    assert 25 < len(list(text_string_to_metric_families(text)))


def test_names_and_help_are_as_prometheus_wants_them(meter: Meter) -> None:
    """Said by promtool, where it is installed."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    meter.add([record(1)])
    done = subprocess.run(
        [promtool, "check", "metrics"], input=generate_latest(registry_of(meter)), capture_output=True, check=False
    )
    assert (0, b"", b"") == (done.returncode, done.stdout, done.stderr)


def test_names_have_a_prefix_and_units() -> None:
    """Counters end in _total, everything with a unit in it."""
    source = (Path(__file__).parents[2] / "watcher" / "metrics" / "collector.py").read_text(encoding="utf-8")
    gauges = re.findall(r'make\.(?:gauge|histogram)\(\s*"(\w+)"', source)
    unitless = {"model_outdated", "running", "paused", "ledger_results", "engine_executors", "engine_slots"}
    units = ("_seconds", "_bytes", "_ratio", "_pictures", "_files")
    assert len(gauges) > 15
    assert [] == [name for name in gauges if not name.endswith(units) and name not in unitless]


def test_it_can_be_read_while_the_loop_counts(meter: Meter) -> None:
    """Each reading is of one moment: as many pictures as latencies."""
    stop = threading.Event()

    def count() -> None:
        while not stop.is_set():
            meter.add([record(1)] * 50)

    loop = threading.Thread(target=count)
    loop.start()
    try:
        for _ in range(30):
            found = samples(meter)
            pictures = sum(n for (name, _), n in found.items() if name == "digit_watcher_pictures_total")
            assert pictures == found["digit_watcher_latency_seconds_count", ()]
            assert 0 == pictures % 50
    finally:
        stop.set()
        loop.join()
