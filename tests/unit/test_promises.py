"""docs/guarantees.md and docs/security.md: each promise names tests that exist, and each fault's test is named."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAULTS, KILLS, SPARK = (ROOT / "tests" / name for name in ("faults", "kills", "spark"))


@pytest.mark.parametrize("page", ["guarantees.md", "security.md"])
def test_the_tests_that_it_names_are_there(page: str) -> None:
    """Those without a folder are in tests/faults."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests/\w+/)?test_\w+\.py)`", text))
    assert len(named) > 5
    assert [] == sorted(name for name in named if not ((ROOT if "/" in name else FAULTS) / name).is_file())


def test_the_sources_that_it_names_are_there() -> None:
    """Modules too."""
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert [] == sorted(name for name in re.findall(r"`(watcher/\w+\.py)`", text) if not (ROOT / name).is_file())


def test_no_test_of_a_fault_goes_unnamed() -> None:
    """What is injected stands on the page of guarantees."""
    text = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
    tests = (*FAULTS.glob("test_*.py"), *KILLS.glob("test_*.py"))
    assert [] == sorted(path.name for path in tests if path.name not in text)
    assert [] == sorted(path.name for path in SPARK.glob("test_*.py") if f"`tests/spark/{path.name}`" not in text)
