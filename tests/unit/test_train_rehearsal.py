"""train.rehearsal: old pictures among the new ones."""

import numpy as np

from train.digits import Digits
from train.recipe import improving, recipe_for
from train.rehearsal import again, fresh_pictures, rehearsal


def digits(count: int, first: int = 0) -> Digits:
    """Each picture shows its own number."""
    numbers = np.arange(first, first + count)
    return Digits(np.repeat(numbers, 784).reshape(-1, 28, 28).astype(np.uint8), numbers % 10)


def test_each_new_picture_comes_as_often_as_any_other() -> None:
    """Or once more; in another order each epoch, the same for the same seed."""
    new = digits(7)
    first, second, same = (again(new, 30, 1, epoch).pictures[:, 0, 0] for epoch in (0, 1, 0))
    assert {4, 5} == set(np.bincount(first).tolist())
    assert first.tolist() != second.tolist()
    assert first.tolist() == same.tolist()
    assert 3 == len(again(new, 3, 1, 0))


def test_few_new_pictures_are_shown_often_and_many_once_at_least() -> None:
    """Old strokes come on top."""
    assert 500 == fresh_pictures(20, strokes=False)
    assert 4000 + 3000 == fresh_pictures(4000, strokes=True)


def test_without_pen_strokes_mnist_and_garbage_are_rehearsed() -> None:
    """The garbage drawn for it is another with another seed."""
    recipe = improving(recipe_for("digitnet", None), 2, 3)
    from dataclasses import replace

    recipe = replace(recipe, garbage_pool=3, fresh=10)
    with rehearsal(recipe, digits(4, 100), digits(40), lambda _: None) as found:
        assert 40 == len(found.digits)
        assert (3, 28, 28) == found.garbage.shape
        assert {100, 101, 102, 103} == set(found.fresh(0).pictures[:, 0, 0].tolist())


def test_what_improves_goes_gently() -> None:
    """A tenth of fit's learning rate, the parent's distortions and garbage, epochs and seed as asked for."""
    parent = recipe_for("digitnet", None)
    found = improving(parent, None, 7)
    assert found.learning_rate <= parent.learning_rate / 10
    assert (7, True, parent.garbage_share) == (found.seed, found.augmented, found.garbage_share)
    assert 2 == improving(parent, 2, 7).epochs
