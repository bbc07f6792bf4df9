"""train.garbage: pictures that show no digit, in the network's form."""

import numpy as np
import pytest

from train.digits import Digits
from train.garbage import boxed, garbage


@pytest.fixture
def digits() -> Digits:
    """Bars and frames that stand for digits, two of each label."""
    pictures = np.zeros((20, 28, 28), np.uint8)
    pictures[:, 4:24, 9:19] = 255
    pictures[:, 8:20, 12:16] = 0
    return Digits(pictures, np.arange(20) % 10)


def test_garbage_has_the_form_of_digits(digits: Digits) -> None:
    """28×28, full ink, its longer side 20 px, centred by mass as far as the frame allows."""
    for picture in garbage(200, digits, 1):
        rows, columns = np.nonzero(picture)
        assert 250 <= picture.max()
        assert max(np.ptp(rows), np.ptp(columns)) + 1 <= 20
        assert (28, 28) == picture.shape


def test_one_seed_gives_one_garbage(digits: Digits) -> None:
    """The same pictures again, others by another seed."""
    first, again, other = garbage(50, digits, 7), garbage(50, digits, 7), garbage(50, digits, 8)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_drawing_is_boxed_by_its_ink() -> None:
    """A 40×20 patch becomes 20×10 with its middle in the middle."""
    sheet = np.zeros((100, 100), np.uint8)
    sheet[10:50, 60:80] = 200
    expected = np.zeros((28, 28), np.uint8)
    expected[4:24, 9:19] = 255
    np.testing.assert_array_equal(expected, boxed(sheet))


def test_an_empty_sheet_has_no_box() -> None:
    """Nothing drawn is said, not divided by."""
    with pytest.raises(ValueError, match="no ink"):
        boxed(np.zeros((28, 28), np.uint8))
