"""watcher.bars, and each command that may take long: a bar with rate and time left on a terminal, nothing elsewhere."""

import io
import itertools
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from drawing import digit, encoded
from fakes import SEVEN
from house import DAY, House
from terminal import LEFT, Terminal, screen

from train import garbage, readings, suite
from train.digits import Digits, normalised
from train.pictures import as_digits, listed
from train.sets import Set, Suite
from watcher import backup, bars, predict
from watcher import run as running
from watcher.config import Config
from watcher.counts import Counts
from watcher.drawing.contact_sheet import ContactSheet
from watcher.export import export_command
from watcher.files import Files
from watcher.identity import Marked
from watcher.recognition.model import Model
from watcher.recognition.recogniser import Recogniser, Sight
from watcher.repair import repair_command
from watcher.reporting import verify
from watcher.reporting.show_verified import show_verified
from watcher.retention import expire
from watcher.retention.expire import expire_command
from watcher.settings import Retention


class Seven:
    def logits(self, batch: np.ndarray) -> np.ndarray:
        return np.tile(np.float32([0.0] * 7 + [9.0, 3.0, 0.0]), (len(batch), 1))


RECOGNISER = Recogniser(Model("seven", Seven()))
SOME = Digits(np.stack([np.pad(np.full((20, 8), 255, np.uint8), ((4, 4), (10, 10)))] * 4), np.arange(4))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Four pictures of last week, archived by a daemon that does not run; four in pictures/."""
    house = House(tmp_path)
    (tmp_path / "in").mkdir()
    Files(tmp_path / "in").prepare()
    for what, folder in (("inbox", "in"), ("outbox", "out")):
        getattr(Marked, what)(tmp_path / folder).adopt(house.ledger)
    (tmp_path / "pictures").mkdir()
    for number in range(4):
        house.add(f"{number}.png", at=datetime.now(UTC) - (9 - number) * DAY)
        (tmp_path / "pictures" / f"{number}.png").write_bytes(encoded(digit(7)))
    house.close()
    retention = Retention.model_construct(archive_days=1)
    return Config.model_construct(inbox=tmp_path / "in", outbox=tmp_path / "out", state=tmp_path, retention=retention)


def read_folder(config: Config) -> None:
    predict.predict_command(config, [config.state_folder / "pictures"], as_json=False, figure=None, model=None)


def draw_pages(config: Config) -> None:
    with ContactSheet(config.state_folder / "sheet.png") as sheet:
        for number in range(200):
            sheet.add(f"{number}.png", Sight(SEVEN, digit(7)))
        sheet.draw()


def read_once(config: Config) -> None:
    """As `run --once` shows it; the command itself is in tests/end_to_end/test_terminal.py."""
    for name in "abc":
        (config.inbox / f"{name}.png").touch()
    progress = running._Progress.for_all_in(config)
    for recorded in (1, 2, 3):
        progress.update(Counts(claimed=3, recorded=recorded))
    progress.close()


def score_all_sets(config: Config) -> None:
    sets = Suite(tuple(Set(name, lambda: readings.as_png(SOME), count=4) for name in ("first", "second")))
    suite.read(RECOGNISER, sets, "bundle 1/2, ")


LONG: dict[str, tuple[str, str, Callable[[Config], object]]] = {  # unit, words, what takes long
    "predict": ("pictures", "read", read_folder),
    "predict --sheet": ("pages", "draw", draw_pages),
    "run --once": ("pictures", "", read_once),
    "export": ("rows", "export", lambda config: export_command(config, config.outbox / "x", "csv", overwrite=False)),
    "backup": ("B", "copy", lambda config: backup.backup_command(config, config.outbox / "x", overwrite=False)),
    "repair": ("B", "take in", lambda config: repair_command(config, source=None, anew=True, dry_run=False)),
    "expire --now": ("pictures", "delete", lambda config: expire_command(config, days=None, most_bytes=None, now=True)),
    "status --verify": ("records", "compare", lambda config: show_verified(config, as_json=False)),
    "evaluate": ("pictures", "read", lambda _: readings.of_digits(RECOGNISER, SOME)),
    "evaluate --suite, seeds": ("pictures", "bundle 1/2, set 2/2, second", score_all_sets),
    "fit, export: digits": ("pictures", "normalise some", lambda _: normalised(SOME, "some")),
    "fit, export: garbage": ("pictures", "draw garbage", lambda _: garbage.garbage(3, SOME, 1)),
    "fit: pictures": ("pictures", "read pictures", lambda config: as_digits(labelled(config.state_folder))),
}


def labelled(folder: Path) -> list:
    (folder / "pictures").rename(folder / "7")
    return listed(folder)


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is shown, however quick; of what is done in large steps there are several."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(bars, "DELAY_SECONDS", 0)
    monkeypatch.setattr(bars, "tqdm", slow(bars.tqdm))
    monkeypatch.setattr(predict, "load_model", lambda *_: Model("seven", Seven()))
    monkeypatch.setattr(backup, "_PAGES_AT_ONCE", 5)
    bite, few = expire.Retention.bite, verify.Questions.places_after
    monkeypatch.setattr(expire.Retention, "bite", lambda self: bite(self, 1))
    monkeypatch.setattr(verify.Questions, "places_after", lambda self, place: few(self, place, 1))


def slow(original: type) -> type:
    """Its clock goes on by a quarter of a second whenever it is looked at: all is slow enough for a bar."""
    ticks = itertools.count(step=0.25)

    class Slow(original):  # type: ignore[misc]
        monitor_interval = 0  # no thread that redraws

        def __init__(self, *given: object, **options: object) -> None:
            super().__init__(*given, **options)
            if not self.disable:
                self._time, self.start_t = lambda: next(ticks), next(ticks)
                self.last_print_t = self.start_t

    return Slow


@pytest.mark.parametrize(("unit", "words", "do"), LONG.values(), ids=LONG)
def test_a_terminal_shows_rate_and_time_left(
    unit: str, words: str, do: Callable[[Config], object], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is done, of how much; in the end there is nothing of it, so that it spoils no words that follow."""
    terminal = Terminal()
    with open(terminal.child, "w", closefd=False, encoding="utf-8") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        do(config)
        monkeypatch.undo()
    written = terminal.close()
    drawn = [line for line in re.split(r"[\r\n]", written) if line.startswith(words) and LEFT.search(line)]
    assert drawn, written
    assert any(f"{unit}/s" in line for line in drawn)
    assert not any("%|" in line for line in screen(written))


@pytest.mark.parametrize(("unit", "words", "do"), LONG.values(), ids=LONG)
@pytest.mark.parametrize("kind", ["pipe", "dumb terminal"])
def test_elsewhere_there_is_nothing_of_it(
    kind: str, unit: str, words: str, do: Callable[[Config], object], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a file or a pipe, and on a terminal that cannot go back to the start of a line."""
    del unit, words
    monkeypatch.setenv("TERM", "dumb")
    stderr = io.StringIO()
    monkeypatch.setattr(stderr, "isatty", lambda: kind != "pipe")
    monkeypatch.setattr(sys, "stderr", stderr)
    do(config)
    assert not re.search(r"[\r\x1b]|it/s|\d%|<", stderr.getvalue())


def test_lines_stand_above_the_bar_and_come_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, in order, none on the line of the bar; and it is not drawn anew for each."""
    terminal = Terminal()
    with open(terminal.child, "w", closefd=False, encoding="utf-8") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        with bars.bar(500, "pictures") as bar, bars.lines_above(bar, lambda text: stderr.write(text + "\n")) as say:
            for number in range(500):
                say(f"line {number}")
                bar.update()
        monkeypatch.undo()
    written = terminal.close()
    assert [f"line {number}" for number in range(500)] == [line for line in screen(written) if line]
    assert "%|" in written


def test_what_is_done_at_once_has_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would only flicker."""
    monkeypatch.setattr(bars, "DELAY_SECONDS", 1000.0)
    terminal = Terminal()
    with open(terminal.child, "w", closefd=False, encoding="utf-8") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        with bars.bar(5, "pictures") as bar:
            for _ in bars.each(range(5), "pictures"):
                bar.update()
            with bars.aside(bar):
                stderr.write("a line\n")
        monkeypatch.undo()
    assert ["a line", ""] == screen(terminal.close())


def test_what_takes_nobody_knows_how_long_shows_that_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words and the time so far."""
    terminal = Terminal()
    with open(terminal.child, "w", closefd=False, encoding="utf-8") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        with bars.waiting("check the copy") as tick:
            assert [None, None] == [tick(), tick()]  # SQLite would take anything else for a wish to stop
        monkeypatch.undo()
    assert "check the copy: 00:0" in terminal.close()


def test_each_gives_what_it_was_given() -> None:
    """And ends in the middle as any loop does."""
    assert [3, 1, 2] == list(bars.each(iter([3, 1, 2]), "things", total=3))
    assert 3 == next(bars.each([3, 1, 2], "things"))


def test_a_closed_stderr_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python has none then."""
    monkeypatch.setattr(sys, "stderr", None)
    assert not bars.shown()
