"""`status` of a real daemon: running, waiting, paused, killed; the sum at any moment, and every file on request."""

import json

from tests.end_to_end.pictures import png
from tests.end_to_end.place import Place
from tests.end_to_end.process import wait_for


def test_a_daemon_at_rest_adds_up_with_the_disk(place: Place) -> None:
    """All that came in is archived; systemd has the same in one line; the exit code says that all is well."""
    running = place.start()
    for number in range(20):
        place.drop(f"{number}.png", png(number))
    wait_for(lambda: place.status().get("conservation", {}).get("looked_at"), "a look at the archive")
    wait_for(lambda: place.status()["account"]["archived"] == 20, "all archived")
    wait_for(lambda: place.status()["conservation"]["compared"] == "at rest", "a comparison with the disk")
    assert (True, []) == tuple(place.status()["conservation"][key] for key in ("holds", "wrong"))
    assert 20 == place.status()["results_since_start"]
    done = place.command("status", "--exit-code")
    assert done.returncode == 0, done.stdout
    assert "account  20 taken in = 20 archived\n         adds up, and agrees with the disk\n" in done.stdout
    assert ", nothing to do\n" in done.stdout
    wait_for(lambda: running.heard("STATUS=running; 20 read ("), "a line for systemd")


def test_the_sum_holds_at_every_moment_of_a_backlog(place: Place) -> None:
    """Whoever asks, and whenever: what came in is somewhere."""
    for number in range(300):
        place.drop(f"{number}.png", png(number))
    place.start()
    seen = []
    while not seen or seen[-1]["account"]["archived"] < 300:
        if found := place.status():
            account = found["account"]
            places = {key: n for key, n in account.items() if key not in ("taken", "results", "rows", "wrong")}
            assert (account["taken"], True) == (sum(places.values()), found["conservation"]["holds"]), found
            seen.append(found)
    assert 300 == seen[-1]["account"]["taken"]


def test_what_waits_is_named_with_since_when_and_why(place: Place) -> None:
    """A half-copied file, while the daemon runs."""
    place.configure(watch={"settle_seconds": 600.0})
    running = place.start()
    place.drop("half.png", png()[:100])
    place.drop("notes.txt", b"")
    wait_for(lambda: place.status().get("waiting"), "a file that waits")
    wait_for(lambda: place.status().get("ignored"), "a file that is ignored")
    said = place.command("status").stdout
    assert "half.png: still being written, or has no end mark, since " in said
    assert "notes.txt: unknown suffix '.txt'" in said
    assert "half.png" == place.status()["oldest"]["file"]
    wait_for(lambda: running.heard("1 waiting; the oldest since "), "the same for systemd")


def test_a_killed_daemon_is_not_well(place: Place) -> None:
    """Its last words are shown, with what is wrong above them; the sum is asked of the ledger."""
    running = place.start()
    place.drop("a.png", png())
    place.wait_for_row("a.png")
    running.kill()
    assert place.command("status").returncode == 0
    done = place.command("status", "--exit-code", "--json")
    assert done.returncode == 4
    found = json.loads(done.stdout)
    assert (False, ["it ended without saying so"], 1) == (found["well"], found["wrong"], found["account"]["archived"])


def test_every_record_is_compared_with_every_file(place: Place) -> None:
    """Beside a running daemon; a picture that somebody took out of the archive is named, with exit code 4."""
    place.start()
    for number in range(20):
        place.drop(f"{number}.png", png(number))
    place.wait_for_row("19.png")
    wait_for(lambda: place.status().get("account", {}).get("archived") == 20, "all archived")
    done = place.command("status", "--verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every picture is where the ledger has it." in done.stdout
    row = place.row("7.png")
    assert row
    (place.outbox / row["archived_to"]).unlink()
    done = place.command("status", "--verify")
    assert done.returncode == 4
    assert f"absent   1 not where the ledger has them\n         {row['archived_to']}\n" in done.stdout


def test_verify_needs_a_ledger(place: Place) -> None:
    """Exit code 4 and what to do, where nothing ran."""
    done = place.command("status", "--verify")
    assert done.returncode == 4
    assert "there is no ledger" in done.stderr
