"""watcher.recognition.levels: the paper's level, its noise and the boldest ink, in 256 steps of the contrast."""

import numpy as np
import pytest

from watcher.recognition.levels import levels_of


def drawn(sigma: float) -> np.ndarray:
    """A bar of contrast 100 on paper at 0, with noise."""
    contrast = np.random.default_rng(1).normal(0, sigma, (100, 80)) if sigma else np.zeros((100, 80))
    contrast[20:80, 30:45] += 100
    return contrast.astype(np.float32)


@pytest.mark.parametrize("sigma", [0.0, 3.0, 8.0])
def test_noise_is_the_spread_of_the_paper(sigma: float) -> None:
    """Its standard deviation, whatever is drawn; none at all where most of the paper is of one shade."""
    found = levels_of(drawn(sigma), 1)
    assert found is not None
    assert found.noise * found.step == pytest.approx(sigma, rel=0.1)


def test_the_paper_and_the_boldest_ink() -> None:
    """One lies near the bottom of the steps, the other is the mean of the topmost pixels, one of a thousand."""
    contrast = drawn(2.0)
    found = levels_of(contrast, 1)
    assert found is not None
    assert float(contrast.min()) + found.paper * found.step == pytest.approx(0, abs=0.5)
    assert found.peak == np.sort(found.shades, axis=None)[-8:].mean()
    assert found.paper < found.otsu < found.peak


def test_one_level_is_none() -> None:
    """There are no steps where all is one."""
    assert levels_of(np.full((30, 20), 7, np.float32), 1) is None
