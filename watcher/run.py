"""The `run` command: what people see of the daemon on a terminal and in a log."""

import logging
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn, Self

from watcher import bars
from watcher.config import Config
from watcher.counts import Counts
from watcher.log.logs import STDERR, say
from watcher.looking import SUFFIXES
from watcher.opening import Opened, open_daemon
from watcher.rows import readable_name

log = logging.getLogger(__name__)
LOG_EVERY_SECONDS = 10.0


def run_command(config: Config, load_again: Callable[[], Config], *, once: bool, report: Path | None = None) -> None:
    """Run the daemon, or drain the inbox once; say what was done at the end.

    load_again: the settings, at SIGHUP. report: where a page about this run is written afterwards.
    """
    _end_at_once_when_asked()
    if report is not None:
        from watcher.report.report import refuse_others

        refuse_others(config, report)
    with open_daemon(config, load_again) as opened, ExitStack() as stack:
        if once:
            progress = _Progress.for_all_in(config) if bars.shown() else _Progress()
            stack.callback(progress.close)
        else:
            _say_what_to_do(config)
            progress = _Progress()
        started = time.monotonic()
        counts = opened.run(once=once, on_progress=progress.update)
        seconds = time.monotonic() - started
        stack.close()
        _say_what_was_done(config, counts, seconds if once else None, opened)
    if report is not None:
        from watcher.report.report import report_of_run

        _end_at_once_when_asked()
        report_of_run(config, counts.recorded, report)
        say(f"report: {report}")


def _end_at_once_when_asked() -> None:
    """Until the daemon is open, and listens itself: a start may be left at any point, the next one recovers."""

    def end(*_: object) -> NoReturn:
        raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    if not os.isatty(STDERR):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the settings have just been read


def _say_what_to_do(config: Config) -> None:
    for line in (
        f"Watching {config.inbox}",
        f"Copy pictures of handwritten digits into it, for example:  cp my-seven.png '{config.inbox}/'",
        f"Each gets a row at once in                               {config.outbox / 'results.csv'}",
        "Stop with Ctrl-C; nothing is lost.",
    ):
        say(line)


def _say_what_was_done(config: Config, counts: Counts, seconds: float | None, opened: Opened) -> None:
    took = "" if seconds is None else f" in {seconds:.1f} s"
    rate = f", {counts.recorded / seconds:,.0f} a second" if seconds and seconds > 0.5 and counts.recorded else ""
    say(f"{_pictures(counts)} read{took}{rate}")
    for (status, reason), n in sorted(counts.by.items()):
        say(f"  {n:>9,} {status}{f' ({reason})' if reason else ''}")
    for title, left in (
        ("left in the inbox", {file: waiting.why for file, waiting in opened.works.inbox.waiting.items()}),
        ("left in the work folder", opened.works.service.waiting),
        ("ignored", dict(opened.works.inbox.ignored)),
    ):
        for number, (file, why) in enumerate(left.items()):
            if number == 10:
                say(f"  … and {len(left) - 10:,} more {title}")
                break
            say(f"  {title}: {readable_name(file)}: {why}")
    say(f"results: {config.outbox / 'results.csv'}")


def _pictures(counts: Counts) -> str:
    return f"{counts.recorded:,} {'picture' if counts.recorded == 1 else 'pictures'}"


class _Progress:
    """A bar on a terminal; elsewhere a line in the log every few seconds while something happens."""

    def __init__(self, bar: "bars.Bar | None" = None) -> None:
        self._bar = bar
        self._logged, self._at = 0, time.monotonic()

    @classmethod
    def for_all_in(cls, config: Config) -> Self:
        """A bar over what the inbox holds now; it grows with what comes later."""
        total = count_candidates(os.fsencode(config.inbox), recursive=config.watch.recursive)
        return cls(bars.bar(total, "pictures"))

    def update(self, counts: Counts) -> None:
        """Show how far it is."""
        if self._bar is not None:
            self._bar.total = max(self._bar.total or 0, counts.claimed)
            self._bar.update(counts.recorded - self._bar.n)
        elif counts.recorded != self._logged and time.monotonic() - self._at >= LOG_EVERY_SECONDS:
            rate = (counts.recorded - self._logged) / (time.monotonic() - self._at)
            log.info("%s read, %.0f a second", _pictures(counts), rate)
            self._logged, self._at = counts.recorded, time.monotonic()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def count_candidates(root: bytes, *, recursive: bool) -> int:
    """How many files look like pictures by their names: for a progress bar, no more."""
    count = 0
    for _, folders, names in os.walk(root):
        folders[:] = [folder for folder in folders if recursive and not folder.startswith(b".")]
        count += sum(os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith(b".") for name in names)
    return count
