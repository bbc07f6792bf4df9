"""watcher.spark.parts: a job is divided by bytes, so that its tasks end together."""

from itertools import product

from fakes import claim
from hypothesis import given
from hypothesis import strategies as st

from watcher.records import Claim, Identity
from watcher.spark.parts import BASE_BYTES, LEAST_BYTES, divided

MOST = 1 << 60  # bytes of a file that are read
SIZES = st.lists(st.integers(0, 1 << 21) | st.sampled_from([0, 1 << 20, 64 << 20, 1 << 50]), min_size=1, max_size=60)


def claims(*sizes: int) -> list[Claim]:
    """Pictures of these sizes in bytes."""
    return [claim(number, identity=Identity(1, number, size, 4)) for number, size in enumerate(sizes)]


def weights(pictures: list[Claim], parts: list[list[str]]) -> list[int]:
    """How much each part has to read."""
    each = {one.id: one.identity.size + BASE_BYTES for one in pictures}
    return [sum(each[id_] for id_ in part) for part in parts]


@given(SIZES, st.integers(1, 20))
def test_each_picture_stands_in_one_part(sizes: list[int], most: int) -> None:
    """No part is empty, there are no more than may be, and the same pictures make the same parts."""
    pictures = claims(*sizes)
    parts = divided(pictures, most, MOST)
    assert sorted(one.id for one in pictures) == sorted(id_ for part in parts for id_ in part)
    assert all(parts)
    assert 1 <= len(parts) <= most
    assert parts == divided(pictures, most, MOST)


@given(SIZES, st.integers(1, 20))
def test_the_last_picture_of_a_part_came_to_the_lightest_one(sizes: list[int], most: int) -> None:
    """So that no part is heavier, without it, than the mean of all without it."""
    pictures = claims(*sizes)
    each = {one.id: one.identity.size + BASE_BYTES for one in pictures}
    parts = divided(pictures, most, MOST)
    for part, weight in zip(parts, weights(pictures, parts), strict=True):
        last = each[part[-1]]
        assert last == min(each[id_] for id_ in part)
        assert (weight - last) * len(parts) <= sum(each.values()) - last


@given(st.lists(st.integers(1 << 20, 9 << 20), min_size=1, max_size=7), st.integers(1, 3))
def test_the_best_division_is_missed_by_a_third_at_most(sizes: list[int], most: int) -> None:
    """Of the heaviest part (Graham 1969); the best is found here by trying all."""
    pictures = claims(*sizes)
    found = weights(pictures, parts := divided(pictures, most, MOST))
    best = min(
        max(sum(size + BASE_BYTES for size, part in zip(sizes, chosen, strict=True) if part == n) for n in set(chosen))
        for chosen in product(range(len(parts)), repeat=len(sizes))
    )
    assert best <= max(found)
    assert 3 * len(parts) * max(found) <= (4 * len(parts) - 1) * best


def test_the_worst_that_may_be_made_of_few() -> None:
    """Graham's own worst case for two: 3 3 2 2 2 has its best at 6, and this finds 7."""
    unit = 1 << 30
    pictures = claims(*(size * unit - BASE_BYTES for size in (2, 3, 2, 3, 2)))
    found = weights(pictures, divided(pictures, 2, MOST))
    assert [5 * unit, 7 * unit] == sorted(found)


def test_little_is_one_part() -> None:
    """A task costs some 20 ms by itself: up to two parts' worth of work it is not divided."""
    assert 1 == len(divided(claims(*[0] * 100), 8, MOST))
    assert 1 == len(divided(claims(2 * LEAST_BYTES - 2 * BASE_BYTES - 1, 0), 8, MOST))
    assert 2 == len(divided(claims(2 * LEAST_BYTES - 2 * BASE_BYTES, 0), 8, MOST))
    assert 2 == len(divided(claims(*[0] * (2 * LEAST_BYTES // BASE_BYTES)), 8, MOST))


def test_a_photograph_weighs_as_much_as_many_scraps() -> None:
    """So it has a part of its own, and they share the other."""
    found = divided(claims(0, 4 << 20, *[0] * 300), 2, MOST)
    assert [1, 301] == sorted(map(len, found))


def test_what_is_not_read_of_a_file_weighs_nothing() -> None:
    """A sparse file of a terabyte would have a part for itself, and all others would share one."""
    pictures = claims(1 << 40, *[1 << 20] * 7)
    assert [4, 4] == [len(part) for part in divided(pictures, 2, 1 << 20)]


def test_those_that_cost_a_reader_stand_apart() -> None:
    """Others would be read again for them; so many parts are there besides."""
    pictures = claims(*[1 << 20] * 6)
    apart = {pictures[1].id, pictures[4].id}
    *others, first, second = divided(pictures, 2, MOST, apart)
    assert [[pictures[1].id], [pictures[4].id]] == [first, second]
    assert [2, 2] == [len(part) for part in others]
    assert [[pictures[1].id]] == divided([pictures[1]], 2, MOST, apart)
