"""train.trial: two models on the same pictures, counted by kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from drawing import digit, encoded
from test_model import bundle
from tiny_network import FLOAT, INT8

from train.pictures import Labelled
from train.readings import Sample
from train.sets import Set
from train.trial import PEOPLE, try_out
from watcher.recognition.model import load_model
from watcher.recognition.recogniser import Recogniser


def one_of(label: str) -> Iterator[Sample]:
    yield encoded(digit(7)), label, {}


@pytest.fixture
def models(tmp_path: Path) -> list[Recogniser]:
    """Two that are not worth much."""
    return [Recogniser(load_model(bundle(tmp_path / name, weights))) for name, weights in (("a", FLOAT), ("b", INT8))]


def test_sets_of_a_kind_are_counted_together(models: list[Recogniser], tmp_path: Path) -> None:
    """Digits by themselves, and what is no digit, also where both are called alike; every name is there once."""
    (tmp_path / "7.png").write_bytes(encoded(digit(7)))
    standard = [
        Set("low: one", lambda: one_of("7")),
        Set("low: other", lambda: one_of("7")),
        Set("wild", lambda: one_of("7")),
        Set("wild, printed", lambda: one_of("7")),
        Set("nothing", lambda: iter([])),
        Set("wild, multi", lambda: one_of("77"), digits=False),
        Set("wild, ambiguous", lambda: one_of(""), digits=False),
        Set("blank: paper", lambda: one_of(""), digits=False),
    ]
    found = try_out(*models, [Labelled(tmp_path / "7.png", "7")], standard)
    assert [("low", 2), ("wild", 2)] == [(one.name, one.n) for one in found.digits]
    assert [("wild, no digit", 2), ("blank", 1)] == [(one.name, one.n) for one in found.no_digits]
    assert [PEOPLE, "low", "wild", "wild, no digit", "blank"] == [one.name for one in found.all]
    assert all(one.name in found.table() for one in found.all)
    assert not found.judged().is_better
