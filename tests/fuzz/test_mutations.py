"""Hostile bytes, the short way: every seed, and some thousand broken pictures. `make fuzz` goes on."""

from tests.fuzz import native, properties
from tests.fuzz.mutation import Mutator
from tests.fuzz.seeds import seeds

PICTURES = 4000


def test_every_seed_is_read_as_the_contract_says() -> None:
    """All forms of all formats get a valid verdict, the same one twice; those of the format's own kinds are decoded."""
    reader = properties.recogniser()
    verdicts = {name: properties.check_read(reader, data) for name, data in seeds().items()}
    broken = {name for name, verdict in verdicts.items() if verdict.reason == "corrupt"}
    assert set() == broken
    assert all(
        verdict.reason == "unsupported_format" for name, verdict in verdicts.items() if name.startswith("foreign")
    )


def test_broken_pictures_harm_no_reader() -> None:
    """None kills, hangs or swells a reader beyond its limit, and each has a valid verdict, the same one twice."""
    harvest = native.mutate(seed=20, seconds=60, most=PICTURES)
    assert {} == harvest.findings
    assert PICTURES <= harvest.tried.total()
    assert {"png", "jpeg", "tiff", "webp", "bmp", "pnm", "foreign"} == {kind for kind, _ in harvest.tried}


def test_a_broken_picture_is_made_again_by_its_number() -> None:
    """What was found is found again."""
    assert [Mutator(3).picture(n) for n in range(50)] == [Mutator(3).picture(n) for n in range(50)]
    assert Mutator(3).picture(1) != Mutator(4).picture(1)


def test_a_reader_that_dies_is_pinned_to_its_picture_and_the_next_one_is_read() -> None:
    """The number it said last is the finding's; the harvest goes on behind it."""
    harvest = native.Harvest()
    child = native.Child(seed=3, first=5, step=1)
    while child.at < 8:
        child.take(harvest)
    child.process.kill()
    while not harvest.findings:
        child.take(harvest)
    (dead,) = harvest.findings
    child.take(harvest)
    child.end()
    assert dead >= 8
    assert child.at > dead
