"""train.sets, train.suite and train.ablation: every set is read once and every figure comes from those readings."""

import gzip
import json
from dataclasses import fields
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import digit, encoded

from train import ablation, nondigits, sets, suite
from train.digits import Digits
from train.lowres import KINDS
from train.readings import Reading, Sample
from train.sets import Set, Suite
from watcher.recognition.model import Model
from watcher.recognition.recogniser import Recogniser
from watcher.recognition.second_look import SecondLook
from watcher.recognition.steps import Steps
from watcher.recognition.verdict import DIGITS, Reason, Status, Verdict

CLASSES = (*DIGITS, "not_a_digit")


class Sure:
    """Reads every picture as the same digit."""

    def logits(self, batch: np.ndarray) -> np.ndarray:
        return np.tile(np.float32([0] * 7 + [9, 0, 0, -9]), (len(batch), 1))


RECOGNISER = Recogniser(Model("seven", Sure(), CLASSES))


def shown(*numbers: int) -> list[Sample]:
    """Printed digits, each with its columns."""
    return [
        (encoded(digit(number)), str(number), {"author": "ab"[number % 2], "medium": "print"}) for number in numbers
    ]


def reading(
    label: str, status: Status, read: str | None = None, reason: Reason | None = None, sure: float = 1
) -> Reading:
    """A reading with no picture."""
    return Reading(label, Verdict(status, "", reason, read, sure if read else None))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """wild/ with two authors, orand-car/ with one amount, unipen/ with a writer a part; no mnist/."""
    (tmp_path / "wild").mkdir()
    lines = ["file,label,kind,medium,width,height,polarity,author,part"]
    for number, (kind, part) in enumerate([("single", "tune"), ("single", "report"), ("multi", "report")]):
        (tmp_path / "wild" / f"{number}.png").write_bytes(encoded(digit(7)))
        lines.append(
            f"{number}.png,{'77' if kind == 'multi' else 7},{kind},paint,200,200,dark_on_light,a/{number},{part}"
        )
    (tmp_path / "wild" / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "orand-car" / "images").mkdir(parents=True)
    amount = np.hstack([digit(4, 60, width=5), digit(7, 60, width=5)])
    (tmp_path / "orand-car" / "images" / "a.png").write_bytes(encoded(amount))
    rows = "file,label,boxes,part\na.png,47,15:10:30:42 75:10:30:42,report\na.png,4,1:1:9:9 2:2:9:9,report\n"
    (tmp_path / "orand-car" / "labels.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "unipen").mkdir()
    for name, label in (("digits", "7"), ("letters-upper", "A"), ("letters-lower", "k")):
        record = {"label": label, "strokes": [[[0, 0], [600, 0], [200, 1000]]]}
        with gzip.open(tmp_path / "unipen" / f"{name}.jsonl.gz", "wt") as file:
            for writer, part in (("w1", "report"), ("w2", "validate")):
                file.write(json.dumps(record | {"writer": writer, "part": part}) + "\n")
    return tmp_path


def test_what_is_not_there_is_named(folder: Path) -> None:
    """MNIST is absent: the line says so, and the sets of the others are all there."""
    found = sets.suite(folder, "report")
    assert (f"mnist: {folder / 'mnist'} is not there",) == found.skipped
    names = [one.name for one in found.sets]
    assert {"wild", "wild, multi", "unipen strokes", "letters", "cheque digits, margin 2", "scribbles"} <= set(names)
    assert len(names) == len(set(names))


def test_a_part_never_sees_the_other(folder: Path) -> None:
    """Of the wild pictures, each part has its authors; its several digits are a set of no digit."""
    parts = {part: {one.name: one for one in sets.suite(folder, part).sets} for part in ("tune", "report")}
    authors = {part: [c["author"] for _, _, c in found["wild"].samples()] for part, found in parts.items()}
    assert {"tune": ["a/0"], "report": ["a/1"]} == authors
    assert not parts["report"]["wild, multi"].digits


def test_drawn_pictures_are_the_same_in_every_pass_and_differ_between_the_parts(folder: Path) -> None:
    """Figures can be made again; what was worked on is not what is stated."""
    found = {part: {one.name: one for one in sets.suite(folder, part).sets} for part in ("tune", "report")}
    first, again = (list(islice(found["report"]["scribbles"].samples(), 50)) for _ in range(2))
    assert first == again
    assert next(found["tune"]["scribbles"].samples())[0] != first[0][0]


def test_each_set_says_how_many_it_has(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the bar; a little more where a label of cheques has too few boxes."""
    monkeypatch.setattr(sets, "_MOST", {"report": 6})
    both = sets.suite(folder, "report")
    counts = {one.name: (sum(1 for _ in one.samples()), one.count) for one in both.sets}
    boxes = {name for name in counts if name.startswith("cheque")}
    assert {(2, 3)} == {counts.pop(name) for name in boxes}
    assert [] == [name for name, (given, told) in counts.items() if given != told]
    assert sum(one.count or 0 for one in both.sets) == both.count
    assert Suite((Set("a", lambda: iter([])),)).count is None


def test_of_digits_too(folder: Path) -> None:
    """In each form that is made of them."""
    digits = Digits(np.stack([cv2.resize(255 - digit(n % 10), (28, 28)) for n in range(21)]), np.arange(21) % 10)
    made = sets.of_digits(digits, "mnist", "tune")
    assert {one.name: sum(1 for _ in one.samples()) for one in made} == {one.name: one.count for one in made}


def test_cheque_digits_are_cut_by_their_boxes(folder: Path) -> None:
    """With the margin on each side as far as the picture goes; a label with too few boxes is left out."""
    found = {one.name: list(one.samples()) for one in sets.suite(folder, "report").sets if "cheque" in one.name}
    for margin in (0, 2, 4):
        cut = found[f"cheque digits, margin {margin}"]
        assert ["4", "7"] == [label for _, label, _ in cut]
        picture = cv2.imdecode(np.frombuffer(cut[0][0], np.uint8), cv2.IMREAD_GRAYSCALE)
        assert (42 + 2 * margin, 30 + 2 * margin) == picture.shape
    assert ["47"] == [label for _, label, _ in found["several digits: cheques, whole"]]


def test_figures_have_groups_and_the_mean_over_authors() -> None:
    """One of three right: by author a half and none, whose mean is a quarter."""
    one = Set("print", lambda: iter(shown(7, 5, 4)), by=("medium",), mean_over="author")
    both = Suite((one, Set("none", lambda: iter([(encoded(digit(7)), "", {})]), digits=False, reach=0.98)), ("mnist",))
    read = suite.read(RECOGNISER, both)
    scored = suite.score(both, read)
    figures = scored["digits"]["print"]
    assert (3, 1, 0.25) == (figures["n"], figures["right"], figures["mean_over"]["accuracy"])
    assert 1 / 3 == pytest.approx(figures["by"]["medium"]["print"]["accuracy"])
    assert ["5", "4"] == [mistake["label"] for mistake in figures["mistakes"]]
    assert (1, 0) == (scored["no_digit"]["none"]["n"], scored["no_digit"]["none"]["not_ok"])
    text = suite.table(scored)
    for expected in ("print", "33.33%", "mean over authors", "medium print", "98%", "skipped: mnist"):
        assert expected in text


def test_an_empty_set_has_a_line_too() -> None:
    """Nothing of this kind in this part is no reason to end."""
    empty = Suite((Set("a", lambda: iter([])), Set("b", lambda: iter([]), digits=False)))
    assert "a" in suite.table(suite.score(empty, suite.read(RECOGNISER, empty)))


def test_curves_and_mistakes_are_drawn(tmp_path: Path) -> None:
    """A file of mistakes for the set that has some, and none for the other."""
    both = Suite((Set("some, wrong", lambda: iter(shown(7, 5))), Set("right", lambda: iter(shown(7)))))
    suite.draw(both, suite.read(RECOGNISER, both), tmp_path)
    assert ["coverage.png", "mistakes-some-wrong.png", "reliability.png"] == sorted(p.name for p in tmp_path.iterdir())


def test_each_step_is_left_out_once() -> None:
    """All steps, and a column for each; what has no digit is only asked whether it is ok."""
    small = Suite((Set("print", lambda: iter(shown(7))), Set("none", lambda: iter(shown(4)), digits=False)))
    found = ablation.ablate(RECOGNISER.model, small)
    assert {ablation.ALL, ablation.SECOND_LOOK, *(field.name for field in fields(Steps))} == set(found)
    assert ({"right": 1.0, "ok": 1.0}, {"ok": 1.0}) == tuple(found[ablation.ALL].values())
    assert "stroke_width" in ablation.table(found)


def test_the_second_look_is_left_out_too() -> None:
    """A digit that only its copies tell is read with it, and not without it."""
    ((data, *_),) = shown(7)
    known = RECOGNISER.see(data).digit

    class Wavering:
        """Nearly takes the picture itself for a 3, and surely any other for a 7."""

        def logits(self, batch: np.ndarray) -> np.ndarray:
            rows = [np.eye(11)[3] if np.array_equal(picture, known) else 5 * np.eye(11)[7] for picture in batch]
            return np.float32(rows)

    model = Model("wavering", Wavering(), CLASSES, second_look=SecondLook(2))
    found = ablation.ablate(model, Suite((Set("print", lambda: iter(shown(7))),)))
    assert 1.0 == found[ablation.ALL]["print"]["right"]
    assert 0.0 == found[ablation.SECOND_LOOK]["print"]["right"]


@pytest.mark.parametrize("kind", [*nondigits.KINDS])
def test_what_is_no_digit_is_drawn_as_a_picture(kind: str) -> None:
    """Grey pictures of some size, no two of a kind the same."""
    random = np.random.default_rng(1)
    draw, _ = nondigits.KINDS[kind]
    pictures = [draw(random) for _ in range(6)]
    assert all(picture.dtype == np.uint8 and picture.ndim == 2 and min(picture.shape) > 3 for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) > 3


def test_rows_have_the_label_of_their_digits() -> None:
    """Two to five of them, on a picture wide enough."""
    digits = Digits(np.stack([cv2.resize(255 - digit(n), (28, 28)) for n in range(10)]), np.arange(10))
    for data, label, _ in nondigits.side_by_side(np.random.default_rng(1), digits):
        assert 2 <= len(label) <= 5
        height, width = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE).shape
        assert width > height / 2


@pytest.mark.parametrize(("kind", "side"), [("16×16 grey, tight", 16), ("32×32 binary", 32), ("8×8 grey", 8)])
def test_low_resolution_is_what_it_says(kind: str, side: int) -> None:
    """As many pixels, and as few shades."""
    picture = KINDS[kind](cv2.resize(255 - digit(5), (28, 28)))
    assert (side, side) == picture.shape
    assert len(np.unique(picture)) <= {"32×32 binary": 2, "8×8 grey": 17}.get(kind, 256)
