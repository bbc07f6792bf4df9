"""watcher.recognition.second_look: doubtful pictures are read with copies that stand one pixel aside, others once."""

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from watcher.recognition.model import load_model
from watcher.recognition.second_look import SecondLook, lead

BUNDLE = Path(__file__).parents[2] / "watcher" / "models" / "digitnet"


class Place:
    """Three classes: the pixels at (1, 1), (1, 2) and (2, 1), as they are; keeps how many it was shown."""

    def __init__(self) -> None:
        self.shown: list[int] = []

    def look(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.shown.append(len(batch))
        return batch[:, [1, 1, 2], [1, 2, 1]].astype(np.float32)


def picture(**pixels: int) -> NDArray[np.uint8]:
    """Black, but for pixels named by row and column: p12=255."""
    made = np.zeros((28, 28), np.uint8)
    for name, value in pixels.items():
        made[int(name[1]), int(name[2])] = value
    return made


def test_a_sure_picture_is_looked_at_once() -> None:
    """The first answer stands, to the bit, where the largest logit leads by the margin or more."""
    place, batch = Place(), picture(p11=7, p12=4)[None]
    assert np.array_equal([[7, 4, 0]], SecondLook(3).logits(place.look, batch))
    assert [1] == place.shown


def test_a_doubtful_picture_gets_the_mean_of_five_looks() -> None:
    """Itself, and copies moved up, down, left and right; what leaves the picture is lost, paper comes in."""
    place, batch = Place(), picture(p11=8, p12=6)[None]
    # (1, 1) is at (1, 2) when moved right, at (2, 1) when moved down; (1, 2) is at (1, 1) when moved left.
    expected = np.array([8 + 6, 6 + 8, 8]) / 5
    assert SecondLook(3).logits(place.look, batch)[0] == pytest.approx(expected)
    assert [1] * 5 == place.shown


def test_what_stands_at_the_rim_comes_not_back_on_the_other_side() -> None:
    """A copy is moved, not rolled."""
    edge = np.zeros((1, 28, 28), np.uint8)
    edge[0, :, 27] = edge[0, 27, :] = 255
    found = SecondLook(1).logits(lambda batch: batch[:, [0, 9], [9, 0]].astype(np.float32), edge)
    assert np.array_equal([[0, 0]], found)


def test_only_the_doubtful_of_many_are_looked_at_again() -> None:
    """Each stays in its place; an empty batch is nothing to doubt."""
    place = Place()
    batch = np.stack([picture(p11=200), picture(p11=8, p12=6), picture(p21=90), picture()])
    found = SecondLook(3).logits(place.look, batch)
    assert [4, 2, 2, 2, 2] == place.shown
    assert np.array_equal([[200, 0, 0], [0, 0, 90], [0, 0, 0]], found[[0, 2, 3]])
    assert (0, 3) == SecondLook(3).logits(place.look, batch[:0]).shape


def test_no_margin_means_no_second_look() -> None:
    """Not even for a tie."""
    place = Place()
    SecondLook().logits(place.look, picture()[None])
    assert [1] == place.shown


def test_the_first_answers_are_left_as_they_were() -> None:
    """Means are written to a copy: what the network gave is not ours to change."""
    answers = np.array([[1, 0], [9, 0]], np.float32)
    answers.flags.writeable = False
    found = SecondLook(2).logits(lambda batch: answers[-len(batch) :], np.zeros((2, 28, 28), np.uint8))
    assert found[0] == pytest.approx([7.4, 0])
    assert np.array_equal([[1, 0], [9, 0]], answers)
    assert np.float32 == found.dtype


def test_the_lead_is_over_the_second_of_all_classes() -> None:
    """Also where the second is "not a digit", and 0 for a tie."""
    assert np.array_equal([3, 0, 2], lead(np.array([[1, 5, 2], [4, 4, -9], [-5, -3, -9]], np.float32)))


@pytest.mark.parametrize("margin", [-0.1, math.nan, math.inf, "4", None, True])
def test_a_margin_is_a_number_from_0(margin: float) -> None:
    """Anything else is refused by name."""
    with pytest.raises(ValueError, match="not a number from 0"):
        SecondLook(margin)


def test_an_answer_does_not_depend_on_its_neighbours() -> None:
    """With a real network a batch gives, to the bit, what its pictures give one by one."""
    network = load_model(BUNDLE).network
    batch = np.zeros((12, 28, 28), np.uint8)
    random = np.random.default_rng(5)
    for made in batch:
        top, left = random.integers(4, 12, 2)
        made[top : top + 12, left : left + 3] = made[top + 3 : top + 6, left : left + 9] = 255
    look = SecondLook(float(np.median(lead(network.logits(batch)))))
    one_by_one = [look.logits(network.logits, batch[i : i + 1]) for i in range(len(batch))]
    assert np.array_equal(np.concatenate(one_by_one), look.logits(network.logits, batch))
    assert not np.array_equal(network.logits(batch), look.logits(network.logits, batch))
