"""watcher.held_model: the model of this run stays the same, and the disk is compared with it."""

import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from watcher.errors import ModelError
from watcher.held_model import LOOK_SECONDS, HeldModel, unpack_held
from watcher.models import SHIPPED
from watcher.recognition.model_files import read_model_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle that may be changed."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "bundle"))


@pytest.fixture
def held(folder: Path) -> Iterator[HeldModel]:
    """It, held."""
    held = HeldModel(folder)
    yield held
    held.close()


def test_every_reader_is_handed_the_same(held: HeldModel, folder: Path) -> None:
    """Once and again, whatever became of the files."""
    expected = read_model_files(folder)
    shutil.rmtree(folder)
    assert [expected, expected] == [unpack_held(held.descriptor) for _ in range(2)]


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system has no memory files that can be sealed")
def test_nobody_can_change_it(held: HeldModel) -> None:
    """Not a reader that a picture took over either, through the descriptor that it shares."""
    with pytest.raises(PermissionError):
        os.pwrite(held.descriptor, b"x", 0)
    with pytest.raises(PermissionError):
        os.truncate(held.descriptor, 0)


def test_another_model_on_disk_is_said_once(held: HeldModel, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Changed, then gone: one warning. Back again: a word of that."""
    caplog.set_level(logging.INFO)
    shutil.move(folder, folder.with_name("kept"))
    held.look(0.0)
    held.look(2 * LOOK_SECONDS)
    assert held.outdated
    shutil.copytree(folder.with_name("kept"), folder)
    (folder / "model.json").write_text("{}", encoding="utf-8")
    held.look(4 * LOOK_SECONDS)
    assert held.outdated
    assert 1 == len(caplog.records)
    assert "is not the one" in caplog.text
    assert "until the daemon is started again" in caplog.text
    shutil.rmtree(folder)
    shutil.move(folder.with_name("kept"), folder)
    held.look(6 * LOOK_SECONDS)
    assert not held.outdated
    assert "is again the one in use" in caplog.text


def test_a_touched_file_is_the_same_model(held: HeldModel, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Bytes count, not times."""
    os.utime(folder / "model.tflite", (1, 1))
    held.look(0.0)
    assert not held.outdated
    assert [] == caplog.records


def test_the_disk_is_looked_at_every_few_seconds_only(held: HeldModel, folder: Path) -> None:
    """The loop asks in every turn."""
    held.look(0.0)
    shutil.rmtree(folder)
    held.look(LOOK_SECONDS - 0.1)
    assert not held.outdated
    held.look(LOOK_SECONDS)
    assert held.outdated


def test_what_is_no_model_is_not_held(tmp_path: Path) -> None:
    """The error says what there is not."""
    with pytest.raises(ModelError, match="no model at"):
        HeldModel(tmp_path / "nowhere")


@pytest.mark.parametrize("card", ['{"weights": "a\\u0000b"}', '{"weights": "\\ud800"}', "[" * 100_000])
def test_a_card_that_makes_no_sense_does_not_end_a_look(held: HeldModel, folder: Path, card: str) -> None:
    """It is another model than the one in use, whatever it is."""
    (folder / "model.json").write_text(card)
    held.look(100.0)
    assert held.outdated
