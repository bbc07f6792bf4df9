"""watcher.recognition.small: numpy's own answers, sooner."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from watcher.recognition.small import looked_up, median, padded, part_with_margin, quantile


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [1, 2, 3, 10, 101, 576])
def test_median_and_quantile_are_numpys(count: int, dtype: type) -> None:
    """To the last bit, for an even and an odd number of values."""
    values = np.random.default_rng(count).normal(0, 50, count).astype(dtype)
    assert float(np.median(values)) == median(values)
    for share in (0.0, 0.25, 0.6, 0.97, 1.0):
        assert quantile(values, share) == pytest.approx(float(np.quantile(values.astype(np.float64), share)), rel=1e-12)


@pytest.mark.parametrize("count", [1, 2, 256, 257, 1000])
def test_labels_are_looked_up(count: int) -> None:
    """As indexing does, for few labels and for more than a byte can tell."""
    random = np.random.default_rng(count)
    table, labels = random.integers(0, 256, count, np.uint8), random.integers(0, count, (7, 9), np.int32)
    labels[0, 0] = count - 1
    assert_array_equal(table[labels], looked_up(table, labels))


def test_a_border_of_one_value() -> None:
    """On all four sides, of either kind of picture."""
    for values in (np.arange(12, dtype=np.uint8).reshape(3, 4), np.ones((1, 5), np.float32)):
        assert_array_equal(np.pad(values, 2), padded(values, 2))
        assert_array_equal(np.pad(values, 1, constant_values=1), padded(values, 1, 1))


def test_a_part_reaches_over_the_rim() -> None:
    """What lies beyond the picture is 0, wherever the part is."""
    values = np.random.default_rng(1).random((6, 9)).astype(np.float32)
    whole = np.pad(values, 3)
    for top, left, height, width in ((0, 0, 6, 9), (2, 3, 1, 1), (0, 4, 3, 5), (5, 8, 1, 1)):
        part = part_with_margin(values, (top, left, height, width), 3)
        assert_array_equal(whole[top : top + height + 6, left : left + width + 6], part)
