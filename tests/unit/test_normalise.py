"""watcher.recognition.normalise: any picture → MNIST's form."""

import numpy as np
import pytest
from drawing import SEVEN, TWO, Grey, digit, strokes
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.recognition.normalise import BOX, Steps, has_mnist_form, normalise
from watcher.recognition.verdict import Reason, Unreadable


def shape_of(found: Grey) -> tuple[int, float, float, int]:
    """Longer side of the box, row and column of the centre of mass, peak."""
    rows, columns = np.nonzero(found)
    weights = found.astype(float)
    row, column = ((weights.sum(axis=1 - axis) @ np.arange(28)) / weights.sum() for axis in (0, 1))
    return max(int(np.ptp(rows)), int(np.ptp(columns))) + 1, row, column, int(found.max())


def stroke_width(found: Grey) -> float:
    """2·area/perimeter above 127, as MNIST's widths were measured."""
    ink = np.pad(found > 127, 1)
    edges = sum(int((ink != np.roll(ink, 1, axis)).sum()) for axis in (0, 1))
    return 2 * float(ink.sum()) / edges


def assert_mnist_form(found: Grey) -> None:
    box, row, column, peak = shape_of(found)
    assert ((28, 28), np.uint8, 255) == (found.shape, found.dtype, peak)
    assert box <= BOX
    assert (row, column) == (pytest.approx(14, abs=1), pytest.approx(14, abs=1))


@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize(("side", "width"), [(28, 2), (64, 3), (200, 14), (1200, 60)])
def test_every_digit_of_any_size_gets_mnists_form(number: int, side: int, width: int) -> None:
    """28×28, peak 255, box 20 at most, centre of mass in the middle."""
    assert_mnist_form(normalise(digit(number, side=side, width=width)).digit)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=6),
    st.integers(20, 300), st.integers(1, 30), st.integers(0, 60),
)  # fmt: skip
def test_any_strokes_get_mnists_form_or_are_blank(
    points: list[tuple[float, float]], side: int, width: int, margin: int
) -> None:
    """Whatever is drawn: MNIST's form, or Unreadable; never another exception, never another form."""
    try:
        found = normalise(strokes(tuple(points), side, width, margin))
    except Unreadable:
        return
    rows, columns = np.nonzero(found.digit)
    if min(*rows, *columns) > 0 and max(*rows, *columns) < 27:  # else the frame keeps it from the middle
        assert_mnist_form(found.digit)


@pytest.mark.parametrize("number", [0, 4, 7])
def test_an_inverted_picture_gives_the_same(number: int) -> None:
    """Black on white and white on black are one picture."""
    drawn = digit(number)
    assert np.array_equal(normalise(drawn).digit, normalise(255 - drawn).digit)


def test_what_has_mnists_form_passes_unchanged() -> None:
    """A picture of MNIST itself reaches the network to the bit, as a copy."""
    made = normalise(digit(7)).digit
    assert has_mnist_form(made)
    again = normalise(made).digit
    assert np.array_equal(made, again)
    assert not np.shares_memory(made, again)


def test_mnist_form_is_recognised_strictly() -> None:
    """Inverted, off the middle, of another size or without black around: not MNIST's form."""
    made = normalise(digit(7)).digit
    for other in (255 - made, np.roll(made, 3, axis=1), made // 2, np.pad(made, 1), np.maximum(made, 1)):
        assert not has_mnist_form(other)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("lower", "is_in_the_middle"), [(225, False), (226, True), (255, True)])
def test_a_pixel_off_the_middle_is_not_mnists_form(lower: int, is_in_the_middle: bool, turned: bool) -> None:
    """The centre of mass is compared exactly: a whole pixel is too far, anything less is not."""
    page = np.zeros((28, 28), np.uint8)
    page[4, 14], page[23, 14] = 250, lower
    assert has_mnist_form(np.ascontiguousarray(page.T) if turned else page) == is_in_the_middle


@pytest.mark.parametrize("side", [300, 800, 2000])
def test_a_hairline_on_a_big_canvas_gets_mnists_stroke_width(side: int) -> None:
    """One-pixel strokes do not fade away: their width comes to lie in MNIST's 5th to 95th percentile."""
    found = normalise(strokes(TWO, side, 1, margin=side // 4)).digit
    assert 1.28 <= stroke_width(found) <= 3.04


@pytest.mark.parametrize("width", [40, 56, 70])
def test_a_markers_strokes_are_thinned(width: int) -> None:
    """Strokes as wide as a third of the digit come out no wider than MNIST's 95th percentile."""
    assert stroke_width(normalise(strokes(SEVEN, 200, width, margin=60)).digit) <= 3.04


@pytest.mark.parametrize("top", [0, 150, 300])
def test_the_place_on_the_page_does_not_matter(top: int) -> None:
    """The same strokes at another place give the same digit."""
    page = np.zeros((500, 500), np.uint8)
    page[top + 20 : top + 140, 190:310] = strokes(TWO, 100, 9, margin=10)
    expected = normalise(strokes(TWO, 100, 9, margin=100)).digit.astype(int)
    assert np.abs(expected - normalise(page).digit).mean() < 6


@pytest.mark.parametrize(
    "blank",
    [np.full((100, 100), 255, np.uint8), np.zeros((28, 28), np.uint8), np.full((1, 1), 7, np.uint8)],
)
def test_a_blank_picture_has_a_reason(blank: Grey) -> None:
    """Where nothing is drawn there is nothing to guess."""
    with pytest.raises(Unreadable) as refused:
        normalise(blank)
    assert Reason.BLANK == refused.value.reason


def test_digits_side_by_side_are_counted() -> None:
    """Two digits are seen as two; one as one."""
    both = np.hstack([digit(4)[:, 30:170], digit(7)[:, 30:170]])
    assert (2, 1) == (normalise(both).digits_seen, normalise(digit(4)).digits_seen)


def test_strokes_keep_their_aspect() -> None:
    """A tall 1 is not blown up to a square."""
    tall = np.zeros((200, 200), np.uint8)
    tall[40:160, 95:107] = 255
    rows, columns = np.nonzero(normalise(tall).digit)
    assert BOX == np.ptp(rows) + 1
    assert np.ptp(columns) + 1 <= 4


def with_stripe() -> Grey:
    page = digit(7)
    page[12:14] = 0
    return page


def with_neighbour() -> Grey:
    page = digit(7)[:, 50:]
    page[80:110, :5] = 0
    return page


def with_far_mark() -> Grey:
    page = digit(7)
    page[180:195, 2:17] = 0
    return page


@pytest.mark.parametrize(
    ("step", "page"),
    [
        ("mnist_form", strokes(TWO, 20, 2, margin=4)),
        ("polarity", 255 - digit(7)),
        ("light", (digit(7) * np.linspace(1.0, 0.4, 200)).astype(np.uint8)),
        (
            "noise",
            np.clip(digit(7, ink=100, paper=190) + np.random.default_rng(2).normal(0, 12, (200, 200)), 0, 255).astype(
                "u1"
            ),
        ),
        ("cards", np.pad(digit(7), 30, constant_values=30)),
        ("rules", with_stripe()),
        ("grouping", with_far_mark()),
        ("neighbours", with_neighbour()),
        ("stroke_width", strokes(TWO, 300, 1, margin=20)),
        ("centring", digit(7)),
    ],
)
def test_every_step_can_be_left_out(step: str, page: Grey) -> None:
    """A step that is off changes what comes out of a picture that needs it; all other steps go on."""
    with_all = normalise(page).digit
    try:
        without = normalise(page, Steps(**{step: False})).digit
    except Unreadable:
        return
    assert (28, 28) == without.shape
    assert not np.array_equal(with_all, without)
