"""bench.new_rows, bench.dropping, bench.table, bench.command: drops, their rows, and the table of them."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bench import new_rows
from bench.command import out_option, spelled
from bench.dropping import Dropping, write, write_beside
from bench.new_rows import NewRows
from bench.results import Figure, Results
from bench.table import Table, row

_ROW = b"0190-id,folder/%s,ok,7,0.99,archive/2026-01-01/folder/%s\r\n"


def test_only_rows_that_are_whole_and_new_are_told(tmp_path: Path) -> None:
    """A row that is still being written is told once it has its end; what was there before is passed over."""
    path = tmp_path / "results.csv"
    path.write_bytes(_ROW % (b"old.png", b"old.png"))
    new = NewRows(path)
    assert [] == new.read()
    with open(path, "ab", buffering=0) as file:
        file.write(_ROW % (b"a.png", b"a~2.png") + b"0190-id,folder/b.p")
        assert ["a.png"] == new.read()
        file.write(b"ng,ok\r\n")
        assert ["b.png"] == new.read()
        assert [] == new.read()


def test_a_file_that_is_not_there_yet_has_no_rows(tmp_path: Path) -> None:
    """Its heading is no row either."""
    new = NewRows(tmp_path / "results.csv")
    assert [] == new.read()
    (tmp_path / "results.csv").write_bytes(b"id,file\r\n" + _ROW % (b"a.png", b"a.png"))
    assert ["a.png"] == new.read()


def test_waiting_for_rows_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that stands still ends the run, with a word on how far it came."""
    monkeypatch.setattr(new_rows, "_PATIENCE", 0.01)
    with pytest.raises(RuntimeError, match="0 rows have come"):
        NewRows(tmp_path / "results.csv").follow({}, lambda: False, 0.001)


@pytest.mark.parametrize("put", [write, write_beside])
def test_pictures_are_dropped_and_their_delays_told(tmp_path: Path, put: object) -> None:
    """In the inbox alone, each under a name of its own; a drop without a row has no delay."""
    (tmp_path / "inbox").mkdir()
    with Dropping(tmp_path / "inbox", [b"0", b"1"], "new-", 0.0, put, 3) as dropping:  # type: ignore[arg-type]
        pass
    assert ["new-0.png", "new-1.png", "new-2.png"] == sorted(path.name for path in (tmp_path / "inbox").iterdir())
    assert [b"0", b"1", b"0"] == [(tmp_path / "inbox" / f"new-{number}.png").read_bytes() for number in range(3)]
    assert [5.0] == pytest.approx(dropping.delays({"new-1.png": dropping.at["new-1.png"] + 0.005, "else.png": 0.0}))


def test_drops_without_a_number_end_with_the_block(tmp_path: Path) -> None:
    """Though the next one would come only in a minute."""
    with Dropping(tmp_path, [b"0"], "", 60.0, write) as dropping:
        while not dropping.at:
            pass
    assert ["0.png"] == list(dropping.at)


def test_a_line_shows_what_its_values_allow() -> None:
    """No spread of one value, and no hundredth part of a few."""
    assert ["rate,", "1/s", "1,234", "1"] == row(Figure("rate", "1/s", (1234.4,))).split()
    assert ["delay,", "ms", "2.00", "1.00–30.0", "3"] == row(Figure("delay", "ms", (1, 2, 30))).split()
    many = Figure("delay", "ms", tuple(range(1, 102)))
    assert ["delay,", "ms", "51.0", "1.00–101", "100", "101"] == row(many).split()


def test_a_table_says_what_was_run_and_keeps_its_figures() -> None:
    """The command with all its options; not where the figures are kept."""

    @click.command()
    @click.option("--pictures", default=7)
    @click.option("--kind", "kinds", multiple=True)
    @click.option("--fast", is_flag=True)
    @click.option("--data")
    @out_option
    def measure(**_: object) -> None:
        results = Results(spelled())
        Table(results).add(Figure("rate", "1/s", (3.0,)))
        assert [figure.name for figure in results.figures] == ["rate"]

    given = ["--kind", "a", "--kind", "b", "--fast", "--out", "x.json"]
    said = CliRunner().invoke(measure, given, prog_name="python -m bench.x", catch_exceptions=False).output
    assert said.splitlines()[0].endswith("python -m bench.x --pictures 7 --kind a --kind b --fast")
    assert ["rate,", "1/s", "3.00", "1"] == said.splitlines()[-1].split()
