"""train.gathering: calibration is fitted on the answers that users get."""

import numpy as np
import pytest
from drawing import digit
from numpy.typing import NDArray

from train import calibrate, gathering
from train.digits import Digits, normalised


class Blurred:
    """Eleven sums over bands of rows: a copy one pixel lower has other answers."""

    def logits(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        bands = np.array_split(batch.astype(np.float32) / 255, 11, axis=1)
        return np.stack([band.sum(axis=(1, 2)) for band in bands], axis=1)


def test_every_part_is_answered_with_the_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its margin comes from the held-out digits as they are, and goes with the answers."""
    monkeypatch.setattr(gathering, "GARBAGE", 40)
    monkeypatch.setattr(gathering, "distorted", lambda digits: digits)
    monkeypatch.setattr(calibrate, "LOOKED_AT_TWICE", 0.5)
    drawn = np.stack([digit(number) for number in range(10)])
    held = normalised(Digits(drawn, np.arange(10)), "held out")[0]
    found = gathering.gather(Blurred(), held, None, print)
    assert found.second_look == calibrate.fit_second_look(Blurred().logits(held.pictures))
    plain, worn = found.parts[0], found.parts[-2]
    expected = found.second_look.logits(Blurred().logits, held.pictures)
    assert not np.array_equal(expected, Blurred().logits(held.pictures))
    assert np.array_equal(expected, plain.logits)
    assert np.array_equal(expected, worn.logits)
    assert [True] + [False] * (len(found.parts) - 1) == [part.plain for part in found.parts]
