"""watcher.requests: wishes reach the daemon whole, or not at all."""

import os
from pathlib import Path

import pytest

from watcher.requests import Requests, request_requeue


def test_a_wish_is_there_until_it_is_done(tmp_path: Path) -> None:
    """Also one that was made before the daemon ran; `done` may come twice."""
    request_requeue(tmp_path, ["b", "a"])
    requests = Requests(tmp_path)
    ((path, ids),) = requests.pending()
    assert ["b", "a"] == ids
    assert [(path, ids)] == list(requests.pending())
    requests.done(path)
    requests.done(path)
    assert [] == list(requests.pending())


def test_a_half_written_wish_is_not_seen(tmp_path: Path) -> None:
    """It gets its name when it is whole."""
    requests = Requests(tmp_path)
    (requests.folder / ".half").write_text('{"requeue": [')
    assert [] == list(requests.pending())


def test_a_wish_whose_writer_was_killed_is_not_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked for by what never got its name."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    requests = Requests(tmp_path)
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        request_requeue(tmp_path, ["a"])
    assert [] == list(requests.pending())


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "[]", '{"requeue": 5}', '{"other": []}', "\udcff"])
def test_nonsense_asks_for_nothing(tmp_path: Path, text: str) -> None:
    """It is taken off the list like any other, without an error."""
    requests = Requests(tmp_path)
    (requests.folder / "x.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert [[]] == [ids for _, ids in requests.pending()]


def test_the_first_look_is_expected(tmp_path: Path) -> None:
    """Until the folder was looked at once, and again when something is heard of it."""
    requests = Requests(tmp_path)
    assert requests.expected
    list(requests.pending())
    assert not requests.expected


def test_a_wish_that_cannot_be_read_stays_and_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It holds up neither the work nor the other wishes. Root reads all files: so here it is a folder."""
    requests = Requests(tmp_path)
    (requests.folder / "0.json").mkdir()
    request_requeue(tmp_path, ["a"])
    for _ in range(2):
        assert [["a"]] == [ids for _, ids in requests.pending()]
    assert 1 == len(caplog.messages)
    assert (requests.folder / "0.json").is_dir()


def test_a_long_wish_comes_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, none too large for the daemon to take up at once, and written as the ids come."""
    monkeypatch.setattr("watcher.requests.IDS_IN_A_WISH", 3)
    ids = [f"id{number}" for number in range(7)]
    request_requeue(tmp_path, iter(ids))
    assert [ids[:3], ids[3:6], ids[6:]] == [part for _, part in Requests(tmp_path).pending()]
