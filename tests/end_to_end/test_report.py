"""`report`, and `run --once --report`: a page with the pictures that were read, by a real child."""

import json
import re

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place

NAME = "<script>alert(7).png"


def test_a_run_leaves_a_page_and_the_command_another(place: Place) -> None:
    """The first of that run alone, the second of all; both show pictures, what the network saw, and what it said."""
    place.drop("before.png", png(1))
    place.once()
    place.drop(NAME, png(7))
    place.drop("sub/broken.png", b"\x89PNG\r\n\x1a\n and nothing more")
    done = place.command("run", "--once", "--report")
    assert done.returncode == 0, done.stderr
    page = place.outbox / "report.html"
    assert f"report: {page}" in done.stderr
    assert (page.stat().st_mode & 0o007) == 0
    text = page.read_text(encoding="utf-8")
    assert "2 pictures" in text
    assert "before.png" not in text
    assert "&lt;script&gt;alert(7).png" in text
    assert "<script" not in text
    assert len(re.findall(r'src="data:image/png;base64,[A-Za-z0-9+/=]{80,}"', text)) == 2
    assert "No picture: the PNG" in text
    done = place.command("report", "--since", "1h", "--out", "all.html")
    assert (done.returncode, "3 rows" in done.stderr) == (0, True)
    assert "before.png" in (place.root / "all.html").read_text(encoding="utf-8")
    done = place.command("report", "--json")
    assert json.loads(done.stdout)["statuses"] == {"ok": 2, "review": 0, "unreadable": 1}


def test_it_runs_beside_the_daemon(place: Place) -> None:
    """Nothing is disturbed: rows go on."""
    place.start()
    place.drop("a.png", png(1))
    place.wait_for_row("a.png")
    done = place.command("report", "--out", "-")
    assert done.returncode == 0, done.stderr
    assert "a.png" in done.stdout
    place.drop("b.png", png(2))
    place.wait_for_row("b.png")


def test_a_report_of_a_run_that_has_no_end_is_refused(place: Place) -> None:
    """Before anything is begun; so is one over a file that is none."""
    assert "--once" in place.command("run", "--report").stderr
    (place.root / "mine.txt").write_text("mine", encoding="utf-8")
    done = place.command("run", "--once", "--report", "mine.txt")
    assert (done.returncode, place.outbox.exists()) == (2, False)
    assert "is no report" in done.stderr
