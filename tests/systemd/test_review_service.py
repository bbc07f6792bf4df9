"""The review page as a service, under a real systemd: closed as its unit says, it shows pictures and takes answers."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.pictures import doubtful
from tests.end_to_end.process import wait_for
from tests.systemd.installed import Installed, boot, copy_source, why_not_installed
from tests.systemd.machine import why_not

pytestmark = pytest.mark.timeout(300)
_PASSWORD = "correct horse battery"
# A reviewer without a browser: logs in, looks at the first picture that waits, and says that it is a 4.
_REVIEWER = """
import http.cookiejar, json, re, urllib.request as web
ours = "http://127.0.0.1:8321"
browser = web.build_opener(web.HTTPCookieProcessor(http.cookiejar.CookieJar()))
browser.addheaders = [("Origin", ours), ("Sec-Fetch-Site", "same-origin")]
def say(path, said):
    headers = {"Content-Type": "application/json", "X-CSRF-Token": csrf}
    return json.load(browser.open(web.Request(ours + path, json.dumps(said).encode(), headers)))
page = browser.open(ours + "/login", b"password=PASSWORD").read().decode()
csrf = re.search('name="csrf" content="([^"]+)"', page)[1]
say("/api/name", {"name": "Anna"})
row = say("/api/next", {"tab": "abcdefgh", "have": [], "saving": []})["rows"][0]
print(browser.open(f"{ours}/pictures/{row['id']}/picture.png").read()[:4])
print(say("/api/say", {"id": row["id"], "label": "4", "seen": 0})["written"])
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is installed."""
    return copy_source(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def service(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """A machine with the service and the page, which is not enabled by itself."""
    if missing := why_not() or why_not_installed():
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("machine")
    for name in ("disk", "small"):
        (folder / name).mkdir()
    machine = boot(source, folder / "disk", folder / "small")
    service = Installed(machine, folder / "disk" / "digit-watcher", folders="/var/lib/digit-watcher")
    service.configure()
    service.install(WEB="1")
    service.let_people_in()
    service.systemctl("restart")
    yield service
    machine.end()


def state_of(service: Installed) -> str:
    """Of the page's unit."""
    return service.machine.asked("digit-watcher-review", "ActiveState")


def test_it_begins_only_when_it_is_told_to_and_has_a_password(service: Installed) -> None:
    """Installed, not enabled; without the password's file it is not started, and systemd says so."""
    assert service.machine.asked("digit-watcher-review", "UnitFileState") == "disabled"
    assert service.machine.attempt("systemctl", "start", "digit-watcher-review").returncode != 0
    service.machine.write("/etc/digit-watcher/review-password", _PASSWORD + "\n")
    service.machine.run("chmod", "600", "/etc/digit-watcher/review-password")
    service.machine.run("systemctl", "enable", "--now", "digit-watcher-review")
    wait_for(lambda: "8321" in service.machine.journal("digit-watcher-review"), "its address")
    assert state_of(service) == "active"
    assert "token" not in service.machine.journal("digit-watcher-review")


def answer_one(service: Installed) -> None:
    """A picture that needs a person gets the word of one."""
    said = _REVIEWER.replace("PASSWORD", _PASSWORD.replace(" ", "+"))
    python = "/opt/digit-watcher/current/bin/python"
    assert service.machine.run(python, "-c", said, user="alice").split("\n")[:2] == [r"b'\x89PNG'", "True"]


def test_pictures_are_shown_and_answers_reach_the_daemon(service: Installed) -> None:
    """What opens pictures for it may do so under all that the unit forbids."""
    service.give("doubtful.png", doubtful(1))
    service.assert_all_is_read()
    answer_one(service)
    written = (service.outbox / "corrections.csv").read_text(encoding="utf-8")
    assert re.search(r",doubtful\.png,\d,4,Anna,", written), written


def test_without_the_daemon_it_writes_them_itself(service: Installed) -> None:
    """It may write where the daemon may; the next daemon finds all of it."""
    service.give("later.png", doubtful(2))
    service.wait_for_row("later.png")
    service.systemctl("stop")
    answer_one(service)
    assert ",later.png," in (service.outbox / "corrections.csv").read_text(encoding="utf-8")
    service.systemctl("start")
    service.wait_until_active()


def test_root_starts_one_by_hand(service: Installed) -> None:
    """`sudo digit-watcher review` becomes the folders' owner."""
    started = "digit-watcher review --port 8400 & sleep 4; ps -o user= -p $!; kill -INT $!; wait $!; echo ended $?"
    said = service.machine.run("sh", "-c", started)
    assert "8400/enter?token=" in said
    assert "digit-w" in said
    assert "ended 0" in said


def test_an_upgrade_keeps_the_page_and_starts_it_anew(service: Installed, source: Path) -> None:
    """What it was installed with the next version has too, without being told."""
    before = service.machine.asked("digit-watcher-review", "MainPID")
    with (source / "watcher" / "__init__.py").open("a", encoding="utf-8") as file:
        file.write("# newer\n")
    assert "digit-watcher runs" in service.install()
    assert service.machine.run("readlink", "/opt/digit-watcher/current").strip().endswith("-web")
    assert state_of(service) == "active"
    assert service.machine.asked("digit-watcher-review", "MainPID") != before
