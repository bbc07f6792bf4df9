"""The styles of digits that are drawn by hand."""

import numpy as np
import pytest

from train.pen import Pen, tight
from train.styles import STYLES, curve, drawn, sign

EVERY = [(label, style) for label, styles in STYLES.items() for style in styles]


@pytest.mark.parametrize(("label", "style"), EVERY)
def test_each_style_is_a_sign_as_high_as_a_digit(label: str, style: str) -> None:
    """It has the digit's label, as many strokes as the pen was put down, and is not much wider than high."""
    made = sign(np.random.default_rng(1), label, style)
    assert made.label == label
    assert len(made.lines) == style.count("/") + 1
    extent = np.ptp(np.concatenate(made.lines), axis=0)
    assert extent[1] > 800
    assert extent[0] < 1.1 * extent[1]
    assert tight(np.random.default_rng(2), made, 40, Pen(3)).any()


def test_all_digits_are_drawn_as_often_and_none_twice() -> None:
    """A style adds no preference for its digit; points stray at each use."""
    random = np.random.default_rng(3)
    signs = [drawn(random) for _ in range(2000)]
    counts = np.bincount([int(one.label) for one in signs], minlength=10)
    assert counts.min() > 140
    assert len({np.concatenate(one.lines).tobytes() for one in signs}) == len(signs)


def test_a_curve_passes_its_points_and_is_smooth() -> None:
    """Every point lies on it; between three points in a bow no corner stands."""
    points = np.array([[0.0, 0], [50, 40], [100, 0]])
    found = curve(points)
    for point in points:
        assert np.hypot(*(found - point).T).min() < 1e-9
    turns = np.diff(np.unwrap(np.arctan2(*np.diff(found, axis=0).T)))
    assert np.abs(turns).max() < 0.5


def test_a_corner_stays_sharp() -> None:
    """A 7's corner is a turn of the pen, not a bow: `!` ends one curve and begins the next."""
    line = sign(np.random.default_rng(4), "7", "2,2 32,4 60,4! 36,52 22,100").lines[0]
    steps = np.diff(line, axis=0)
    steps = steps[np.hypot(*steps.T) > 1e-3]
    turns = np.abs(np.diff(np.unwrap(np.arctan2(*steps.T))))
    assert turns.max() > 1.2
