"""`run --once`: read what is there, wait for what is still being copied, and end."""

from pathlib import Path

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place, sha256
from tests.end_to_end.process import run_program


def test_it_reads_all_folders_and_sums_up(place: Place) -> None:
    """Pictures in subfolders keep their path in the archive; the summary counts and names what was left."""
    dropped = [place.drop(f"{folder}{n}.png", png(n, folder)) for n in range(3) for folder in ("", "a/", "a/b/c/")]
    place.drop("notes.txt", b"not ours")
    place.drop("copying.png.part", png())
    done = place.once()
    assert "9 pictures read" in done.stderr
    assert "9 ok" in done.stderr
    assert "notes.txt: unknown suffix '.txt'" in done.stderr
    assert sorted(row["file"] for row in place.rows()) == sorted(
        f"{folder}{n}.png" for n in range(3) for folder in ("", "a/", "a/b/c/")
    )
    row = place.row("a/b/c/2.png")
    assert row is not None
    assert row["archived_to"].endswith("/a/b/c/2.png")
    assert (place.inbox / "notes.txt").read_bytes() == b"not ours"
    assert (place.inbox / "copying.png.part").read_bytes() == png()
    place.assert_conserved(dropped)
    assert place.status()["state"] == "stopped"


def test_with_nothing_new_it_writes_no_row(place: Place) -> None:
    """A second drain changes no byte of the results."""
    place.drop("a.png", png())
    place.once()
    files = [place.outbox / name for name in ("results.csv", "results.jsonl")]
    before = [file.read_bytes() for file in files]
    assert "0 pictures read" in place.once().stderr
    assert before == [file.read_bytes() for file in files]


def test_a_bad_picture_is_rejected_with_its_reason_beside_it(place: Place) -> None:
    """It gets a row without a prediction, goes to rejected/, and harms no other."""
    good = place.drop("good.png", png(4))
    bad = place.drop("sub/bad.jpg", b"\xff\xd8\xff\xe0 no picture")
    done = place.once()
    assert "1 unreadable (corrupt)" in done.stderr
    row = place.row("sub/bad.jpg")
    assert row is not None
    assert (row["status"], row["reason"], row["prediction"]) == ("unreadable", "corrupt", "")
    kept = place.outbox / row["archived_to"]
    assert row["archived_to"].startswith("rejected/")
    assert sha256(kept.read_bytes()) == bad
    assert Path(f"{kept}.reason.txt").read_text(encoding="utf-8").startswith("corrupt: ")
    place.assert_conserved([good, bad])


def test_half_a_picture_is_waited_for_and_then_corrupt(place: Place) -> None:
    """Nobody writes on: after the quiet time it is taken as it is, and its row says so."""
    dropped = place.drop("half.png", png()[:-100])
    place.once()
    row = place.row("half.png")
    assert row is not None
    assert (row["status"], row["reason"]) == ("unreadable", "corrupt")
    place.assert_conserved([dropped])


def test_two_options_are_enough_without_any_config(tmp_path: Path) -> None:
    """`run --once --inbox scans --outbox results` works in any folder; the outbox is made."""
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "8.png").write_bytes(png(8))
    done = run_program("run", "--once", "--inbox", "scans", "--outbox", "results", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ",8.png,ok,8," in (tmp_path / "results" / "results.csv").read_text(encoding="utf-8")
    assert list((tmp_path / "scans").glob("*.png")) == []


def test_options_win_over_the_config_file(place: Place) -> None:
    """The file's inbox stays untouched; its other settings count."""
    place.drop("stays.png", png(1))
    other = place.root / "other"
    other.mkdir()
    (other / "taken.png").write_bytes(png(2))
    done = place.command("run", "--once", "--inbox", "other", "--outbox", "elsewhere")
    assert done.returncode == 0, done.stderr
    assert (place.inbox / "stays.png").exists()
    assert ",taken.png,ok,2," in (place.root / "elsewhere" / "results.csv").read_text(encoding="utf-8")
    assert not place.outbox.exists()


def test_another_programs_config_is_passed_over(tmp_path: Path) -> None:
    """A config.yaml without our key is not ours: it says so, and goes by the options."""
    (tmp_path / "in").mkdir()
    (tmp_path / "config.yaml").write_text("inbox: /nowhere\n", encoding="utf-8")
    done = run_program("run", "--once", "--inbox", "in", "--outbox", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "another program's" in done.stderr


def test_pictures_found_in_the_archive_are_read_again_by_the_next_run(place: Place) -> None:
    """`requeue` with no daemon running: the wish is kept, and done at the next start."""
    place.drop("seven.png", png(7))
    place.once()
    first = place.rows()[0]
    done = place.command("requeue", first["id"])
    assert done.returncode == 0, done.stderr
    assert "No daemon is running" in done.stderr
    place.once()
    again = place.rows()[1]
    assert again["id"] != first["id"]
    assert (again["file"], again["sha256"]) == ("seven.png", first["sha256"])
    assert sum(place.kept().values()) == 1
