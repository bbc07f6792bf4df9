"""watcher.recognition.pieces: which strokes are the digit, and how many digits there are."""

from dataclasses import replace

import numpy as np
import pytest
from drawing import SEVEN, TWO, Grey, strokes

from watcher.recognition.ink import Ink
from watcher.recognition.pieces import Piece, find_pieces


def pieces(drawn: Grey) -> list[Piece]:
    mask = (drawn > 0).astype(np.uint8)
    return find_pieces(Ink(mask.astype(np.float32), mask))


def page(*marks: tuple[Grey, int, int], side: int = 200) -> Grey:
    """Marks at (top, left) on an empty page."""
    canvas = np.zeros((side, side), np.uint8)
    for mark, top, left in marks:
        part = canvas[top : top + mark.shape[0], left : left + mark.shape[1]]
        np.maximum(part, mark, out=part)
    return canvas


SEVEN_80, TWO_80 = strokes(SEVEN, 80, 6), strokes(TWO, 80, 6)


def test_one_digit_is_one_piece_with_its_tight_box() -> None:
    """The box is that of the ink; the mask has the box's shape and only the digit's strokes."""
    (found,) = pieces(page((SEVEN_80, 60, 50)))
    rows, columns = np.nonzero(page((SEVEN_80, 60, 50)))
    assert (rows.min(), columns.min(), np.ptp(rows) + 1, np.ptp(columns) + 1) == found.box
    assert int((SEVEN_80 > 0).sum()) == found.mask.sum()


@pytest.mark.parametrize(
    "mark", [SEVEN_80, np.ones((3, 2), np.uint8), np.ones((4, 190), np.uint8), np.ones((5, 200), np.uint8)]
)
def test_ink_known_to_hang_together_gives_the_same(mark: Grey) -> None:
    """A digit, a speck, a bar, and a rule that runs from rim to rim: it is only told sooner."""
    mask = (page((mark, 60, 0)) > 0).astype(np.uint8)
    ink = Ink(mask.astype(np.float32), mask)
    known, looked_at = (find_pieces(replace(ink, in_one=each)) for each in (True, False))
    assert [piece.box for piece in looked_at] == [piece.box for piece in known]
    assert all(np.array_equal(one.mask, other.mask) for one, other in zip(looked_at, known, strict=True))


def test_two_digits_are_two_the_one_in_the_middle_first() -> None:
    """Digits side by side are counted; the most prominent one leads."""
    found = pieces(page((SEVEN_80, 60, 75), (strokes(TWO, 60, 6), 60, 2)))
    assert 2 == len(found)
    assert 75 <= found[0].box[1] <= 90


def test_a_stroke_that_stands_close_belongs_to_the_digit() -> None:
    """A 5 whose flag was drawn apart is one digit."""
    body, flag = strokes(TWO, 80, 6), np.full((6, 40), 255, np.uint8)
    (found,) = pieces(page((body, 60, 60), (flag, 50, 90)))
    assert found.box[0] == 50


def test_specks_are_left_out() -> None:
    """Dust and a small mark in a corner neither count nor enlarge the box."""
    dust, mark = np.full((3, 3), 255, np.uint8), np.full((12, 12), 255, np.uint8)
    (found,) = pieces(page((SEVEN_80, 60, 60), (dust, 5, 5), (dust, 190, 100), (mark, 2, 180)))
    assert 80 >= found.box[2]


@pytest.mark.parametrize("at", [(slice(20, 22), slice(None)), (slice(None), slice(8, 10))])
def test_ruled_lines_are_left_out(at: tuple[slice, slice]) -> None:
    """Lines from rim to rim that the digit does not touch are no strokes."""
    ruled = page((SEVEN_80, 60, 60))
    ruled[at] = 255
    assert [found.box for found in pieces(page((SEVEN_80, 60, 60)))] == [found.box for found in pieces(ruled)]


def test_a_page_of_specks_has_no_piece() -> None:
    """Marks of two pixels are nothing to read."""
    assert [] == pieces(page((np.full((2, 2), 255, np.uint8), 30, 30), (np.full((2, 2), 255, np.uint8), 90, 30)))
    assert [] == pieces(np.zeros((50, 50), np.uint8))


def test_a_page_of_ten_thousand_dots_is_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work does not grow with groups times pixels: nothing is searched once a group."""
    searches = []
    real = np.nonzero
    monkeypatch.setattr(np, "nonzero", lambda values: searches.append(1) or real(values))
    drawn = np.zeros((600, 600), np.uint8)
    for top in range(4):
        for left in range(4):
            drawn[top::6, left::6] = 1
    assert 9_000 < len(pieces(drawn))
    assert 10 > len(searches)


def test_a_rule_that_the_digit_stands_on_is_taken_off() -> None:
    """A line from rim to rim under the digit goes although they touch; strokes that cross one stay whole."""
    standing = page((SEVEN_80, 60, 60), (np.full((4, 200), 255, np.uint8), 138, 0))
    (found,) = pieces(standing)
    assert 85 >= max(found.box[2:])
    (alone,) = pieces(page((SEVEN_80, 60, 60)))
    (crossed,) = pieces(page((SEVEN_80, 60, 60), (np.full((4, 200), 255, np.uint8), 110, 0)))
    assert alone.box == crossed.box
    assert np.mean(alone.mask != crossed.mask) < 0.02


def test_the_bar_of_a_digit_that_fills_the_picture_is_no_rule() -> None:
    """A 7 cut out without margin keeps its bar."""
    tight = SEVEN_80[np.ix_(SEVEN_80.any(axis=1), SEVEN_80.any(axis=0))]
    (found,) = pieces(tight)
    assert (tight > 0).sum() == found.mask.sum()


def test_a_rule_finer_than_the_strokes_goes_from_a_digit_that_fills_the_picture() -> None:
    """No pen draws a foot so much thinner than its strokes; a 7's bar and a foot as bold as the strokes stay."""
    tight = SEVEN_80[np.ix_(SEVEN_80.any(axis=1), SEVEN_80.any(axis=0))]
    kept = (tight > 0).sum()
    for thickness, stays in (2, False), (6, True):
        (found,) = pieces(np.vstack([tight, np.full((thickness, tight.shape[1]), 255, np.uint8)]))
        assert abs(int(found.mask.sum()) - kept - (thickness * tight.shape[1] if stays else 0)) <= 2


def test_a_neighbours_cut_off_stroke_is_left_out() -> None:
    """A small stroke that reaches in from the side joins no digit and is no second one; two whole digits are two."""
    cut = page((SEVEN_80, 10, 12), (np.full((30, 8), 255, np.uint8), 40, 0), side=100)
    (found,) = pieces(cut)
    assert found.box == pieces(page((SEVEN_80, 10, 12), side=100))[0].box
    both = np.hstack([SEVEN_80, np.zeros((80, 12), np.uint8), TWO_80])
    assert 2 == len(pieces(both))


def test_the_bar_that_floats_above_a_5_belongs_to_it() -> None:
    """However wide the gap that two pen strokes left; a line below the digit, or far above it, does not."""
    bow = page((TWO_80, 80, 60))
    (alone,) = pieces(bow)
    bar = np.full((6, 40), 255, np.uint8)
    (joined,) = pieces(page((TWO_80, 80, 60), (bar, 56, 70)))
    assert joined.box[0] == 56
    assert (joined.mask > 0).sum() == (alone.mask > 0).sum() + bar.size
    for top in (20, 175):
        (kept,) = pieces(page((TWO_80, 80, 60), (bar, top, 70)))
        assert kept.box == alone.box
