"""watcher.recognition.cards: the paper that was written on may end within the picture."""

import cv2
import numpy as np
import pytest
from drawing import SEVEN, Grey, digit, strokes

from watcher.recognition.cards import sheet_inside
from watcher.recognition.normalise import normalise


def lying_on(ground: int, sheet: int, ink: int, sign: Grey, side: int = 300) -> Grey:
    """A sheet a third of the picture, a sign on it."""
    page = np.full((side, side), ground, np.uint8)
    low, high = side // 6, side // 6 + round(0.58 * side)
    strength = cv2.resize(sign, (high - low, high - low), interpolation=cv2.INTER_AREA) / 255
    page[low:high, low:high] = np.rint(sheet + (ink - sheet) * strength)
    return cv2.GaussianBlur(page, (0, 0), 1)


def unlike(first: Grey, second: Grey) -> float:
    """Mean difference of two pictures as the network gets them, of 255."""
    return float(np.abs(normalise(first).digit.astype(int) - normalise(second).digit.astype(int)).mean())


@pytest.mark.parametrize(
    ("ground", "sheet", "ink"), [(150, 200, 60), (60, 230, 30), (40, 200, 120), (230, 40, 200), (200, 120, 20)]
)
def test_a_sheet_of_any_shade_on_a_ground_of_any_shade_is_entered(ground: int, sheet: int, ink: int) -> None:
    """Also where the ground's shade lies between sheet and ink."""
    sign = 255 - digit(3)
    assert unlike(lying_on(ground, sheet, ink, sign), digit(3)) < 8


@pytest.mark.parametrize("room", [3, 8, 25])
def test_a_box_drawn_along_the_rim_is_no_paper(room: int) -> None:
    """The frame fills most of the rim: the picture was called blank."""
    seven = strokes(SEVEN, 120, 10)
    page = np.zeros((320, 280), np.uint8)
    page[90 : 90 + seven.shape[0], 70 : 70 + seven.shape[1]] = seven
    framed = cv2.rectangle(page.copy(), (room, room), (279 - room, 319 - room), 255, 5, cv2.LINE_AA)
    noise = np.random.default_rng(2).normal(0, 2, page.shape)
    bare, boxed = (np.rint(210 - each * 0.7 + noise).astype(np.uint8) for each in (page, framed))
    assert unlike(boxed, bare) < 3


def test_the_inside_of_a_square_0_is_no_sheet_without_anything_on_it() -> None:
    """Drawn with a ruler, and with a dot in it too: a 0."""
    page = np.full((200, 200), 255, np.uint8)
    cv2.rectangle(page, (60, 40), (140, 160), 0, 10)
    assert sheet_inside(page) is not None
    for dot in (0, 9):
        cv2.circle(page, (100, 100), dot, 0, -1)
        rows, columns = np.nonzero(normalise(page).digit > 100)
        assert np.ptp(rows) >= 18
        assert np.ptp(columns) >= 11


@pytest.mark.parametrize("gap", ["none", "corner", "inside"])
def test_a_hairline_box_is_found(gap: str) -> None:
    """Also where its line passes a corner from pixel to pixel aslant, or what is in it touches it so."""
    page = np.full((100, 90), 240, np.uint8)
    cv2.rectangle(page, (20, 15), (70, 85), 30, 1)
    if gap == "corner":
        page[15, 20] = 240
    if gap == "inside":
        cv2.line(page, (21, 16), (40, 35), 30, 1)
    assert sheet_inside(page) is not None


@pytest.mark.parametrize("number", range(10))
def test_no_digit_is_taken_for_a_sheet(number: int) -> None:
    """However bold, and on whatever canvas: its loops are round."""
    for pen in (6, 14, 26):
        bold = cv2.resize(digit(number), (240, 240))
        bold = cv2.erode(bold, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (pen, pen)))
        assert sheet_inside(np.asarray(bold, np.uint8)) is None


@pytest.mark.parametrize("second", ["cell", "sticker", "digit"])
def test_where_something_as_large_stands_beside_it_no_sheet_is_chosen(second: str) -> None:
    """Two cells of a form, two stickers, a cell and a digit: two digits were written, and one must not do for both."""
    seven = strokes(SEVEN, 80, 8)
    page = np.zeros((200, 340), np.uint8)
    for left in (50, 210):
        page[60 : 60 + seven.shape[0], left : left + seven.shape[1]] = seven
    ends = (30, 190) if second == "cell" else (30,)
    for left in ends:
        cv2.rectangle(page, (left, 30), (left + 110, 170), 255, 4)
    picture = np.rint(210 - page * 0.7).astype(np.uint8)
    if second == "sticker":
        picture = np.full((200, 340), 90, np.uint8)
        for left in (30, 190):
            picture[30:170, left : left + 110] = 220
            part = picture[50 : 50 + seven.shape[0], left + 20 : left + 20 + seven.shape[1]]
            part[seven > 127] = 30
    assert sheet_inside(picture) is None
    one = picture[:, :165]
    assert sheet_inside(np.asarray(one)) is not None


def test_what_reaches_the_rim_or_is_small_is_no_sheet() -> None:
    """A shadow over half of the picture, a label in a corner, a picture as small as a stamp."""
    half = np.full((200, 200), 230, np.uint8)
    half[:, 100:] = 120
    assert sheet_inside(half) is None
    label = np.full((200, 200), 230, np.uint8)
    label[150:190, 150:190] = 60
    assert sheet_inside(label) is None
    stamp = np.full((60, 60), 230, np.uint8)
    stamp[10:50, 10:50] = 60
    assert sheet_inside(stamp) is None
