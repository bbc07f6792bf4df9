"""bench.results, bench.compare: figures that are kept, and what changed since."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.compare import main, other_conditions, table
from bench.results import Figure, Results, saved
from watcher.errors import UsageError


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    """Every value of every figure; beside them what the machine was."""
    found = Results("python -m bench", [Figure("rate", "pictures/s", (1000.0, 1200.0), "more")])
    found.save(tmp_path / "bench.json")
    again = saved(tmp_path / "bench.json")
    assert (found.command, found.figures) == (again.command, again.figures)
    assert found.heading() == again.heading()
    facts = json.loads((tmp_path / "bench.json").read_text())
    assert facts["cores"] >= 1
    assert "numpy" in facts["versions"]
    assert facts["processor"] in found.heading()


def test_a_change_counts_where_it_is_larger_than_the_spread() -> None:
    """A higher rate and a shorter delay are better; what overlaps says nothing."""
    before = Results("x", [
        Figure("rate", "pictures/s", (100, 101, 102), "more"), Figure("delay", "ms", (5, 6, 7)),
        Figure("noisy", "ms", (1, 5, 9)), Figure("once", "s", (2,)), Figure("none", "%", (0,)),
        Figure("gone", "s", (1,)),
    ])  # fmt: skip
    after = Results("x", [
        Figure("rate", "pictures/s", (150, 151, 152), "more"), Figure("delay", "ms", (9, 10, 11)),
        Figure("noisy", "ms", (2, 6, 10)), Figure("once", "s", (1,)), Figure("none", "%", (0,)),
        Figure("new", "s", (1,)),
    ])  # fmt: skip
    lines = {line.split()[0]: line for line in table(before, after).splitlines()[1:6]}
    assert lines["rate"].endswith("+49.5%  better")
    assert lines["delay"].endswith("+66.7%  worse")
    assert lines["noisy"].endswith("within the spread")
    assert lines["once"].endswith("-50.0%  better, of one value each")
    assert lines["none"].endswith("?  within the spread")
    assert ["only before: gone", "only after: new"] == table(before, after).splitlines()[-2:]


def test_what_was_not_the_same_is_named(tmp_path: Path) -> None:
    """Another machine may be all of a change; another day is none. Both commands are shown."""
    old, new = Results("python -m bench --rounds 3"), Results("python -m bench --rounds 1")
    new.facts |= {"cores": 64, "when": "2030-01-01 00:00"}
    assert [f"not the same cores: {old.facts['cores']} → 64"] == other_conditions(old, new)
    old.save(tmp_path / "old.json")
    new.save(tmp_path / "new.json")
    said = CliRunner().invoke(main, [str(tmp_path / "old.json"), str(tmp_path / "new.json")])
    assert "not the same cores" in said.output
    assert "bench --rounds 3" in said.output.splitlines()[0]
    assert "bench --rounds 1" in said.output.splitlines()[1]
    assert 0 == said.exit_code


def test_a_file_that_holds_no_bench_is_named(tmp_path: Path) -> None:
    """By the command too, without a traceback."""
    (tmp_path / "odd.json").write_text("[]")
    with pytest.raises(UsageError):
        saved(tmp_path / "odd.json")
    (tmp_path / "odd.json").write_text("{}")
    with pytest.raises(UsageError, match=r"odd\.json: no saved bench"):
        saved(tmp_path / "odd.json")
    said = CliRunner().invoke(main, [str(tmp_path / "odd.json"), str(tmp_path / "odd.json")])
    assert 1 == said.exit_code
    assert "make bench" in said.output
