"""watcher.recognition.specimens: ten pictures that tell a model of digits from anything else."""

from types import SimpleNamespace

import pytest

from watcher.models import SHIPPED
from watcher.recognition.decode import decode
from watcher.recognition.model import InputConvention, load_model
from watcher.recognition.normalise import normalise
from watcher.recognition.recogniser import Recogniser
from watcher.recognition.specimens import misread, specimen
from watcher.recognition.verdict import Status


@pytest.mark.parametrize("digit", "0123456789")
def test_the_shipped_model_reads_each_of_them_and_is_sure(digit: str) -> None:
    """Through the whole way of a picture's bytes."""
    recogniser = Recogniser(load_model(SHIPPED, InputConvention.named("unit", "image")))
    verdict = recogniser.read(specimen(digit))
    assert (Status.OK, digit) == (verdict.status, verdict.prediction)


def test_they_are_different_readable_pictures() -> None:
    """None of them is blank, none the same as another."""
    seen = [normalise(decode(specimen(digit))).digit for digit in "0123456789"]
    assert {255} == {int(one.max()) for one in seen}
    assert 10 == len({one.tobytes() for one in seen})


def test_what_is_misread_is_named() -> None:
    """One that takes everything for a seven misreads the other nine, however sure it is."""
    always_seven = SimpleNamespace(read=lambda data: SimpleNamespace(prediction="7", status=Status.REVIEW))
    assert "012345689" == misread(always_seven)
