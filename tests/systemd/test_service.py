"""The installed service under a real systemd, from `make install` to `make uninstall`, as operators and users see it.

One machine for all of them, in this order: each test leaves the service running, with nothing to do.
"""

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.end_to_end.process import wait_for
from tests.faults.mounts import small_disk
from tests.systemd.installed import Installed, boot, copy_source, why_not_installed
from tests.systemd.machine import Machine, why_not

pytestmark = pytest.mark.timeout(300)
PICTURES = 7  # that alice drops at first


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is installed."""
    return copy_source(tmp_path_factory.mktemp("source"))


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its /var/lib."""
    disk = tmp_path_factory.mktemp("machine") / "disk"
    disk.mkdir()
    return disk


@pytest.fixture(scope="module")
def small(disk: Path) -> Iterator[Path]:
    """A disk that is soon full, and no smaller than `check` asks for."""
    with small_disk(disk.with_name("small"), "160m") as small:
        yield small


@pytest.fixture(scope="module")
def machine(source: Path, disk: Path, small: Path) -> Iterator[Machine]:
    """A machine that is up."""
    if missing := why_not() or why_not_installed():
        pytest.skip(missing)
    machine = boot(source, disk, small)
    yield machine
    machine.end()


@pytest.fixture(scope="module")
def service(machine: Machine, disk: Path) -> Installed:
    """The service, installed with settings that were there before; then with a quick watchdog."""
    service = Installed(machine, disk / "digit-watcher", folders="/var/lib/digit-watcher")
    service.configure()
    assert "digit-watcher runs" in service.install_by_way_of("/image")
    service.let_people_in()
    service.systemctl("restart")
    return service


def test_it_is_ready_and_will_be_after_a_boot(service: Installed) -> None:
    """The unit is enabled, READY=1 and STATUS= have come, and its folders belong to whom they should."""
    assert (service.asked("ActiveState"), service.asked("UnitFileState")) == ("active", "enabled")
    assert service.says()
    modes = {path.name: oct(path.stat().st_mode & 0o7777) for path in (service.root, *service.root.iterdir())}
    assert modes == {"digit-watcher": "0o750", "inbox": "0o3770", "outbox": "0o750", "state": "0o700"}
    assert oct((service.inbox / ".work").stat().st_mode & 0o7777) in ("0o700", "0o2700")
    assert "FAIL" not in service.machine.run("digit-watcher", "check", user="digit-watcher")


def test_installing_again_changes_nothing(service: Installed) -> None:
    """The same version: no restart, and settings stay as they were written."""
    before = service.asked("MainPID"), service.config_file.read_text(encoding="utf-8")
    assert "digit-watcher runs" in service.install()
    assert before == (service.asked("MainPID"), service.config_file.read_text(encoding="utf-8"))
    assert not service.config_file.with_name("config.yaml.new").exists()


def test_installing_again_opens_folders_that_the_settings_have_come_to_name(service: Installed) -> None:
    """It is not refused because the unit, which it writes next, does not do so yet."""
    service.machine.run("install", "-d", "-o", "digit-watcher", "/srv/prom")
    service.configure(metrics={"textfile": "/srv/prom/digits.prom"})
    service.install()
    assert "/srv/prom" in service.asked("ReadWritePaths")
    wait_for(lambda: service.machine.path("/srv/prom/digits.prom").exists(), "metrics in a folder of their own")
    service.configure()
    service.install()
    assert "/srv/prom" not in service.asked("ReadWritePaths")


def test_a_shell_finds_what_completes_it(service: Installed) -> None:
    """A new shell of anybody's, where bash looks for it; an editor finds the settings' schema from the file itself."""
    asked = (
        ". /usr/local/share/bash-completion/completions/digit-watcher; COMP_WORDS=(digit-watcher requ); COMP_CWORD=1;"
        " _digit_watcher_completion digit-watcher; echo ${COMPREPLY[@]}"
    )
    assert "requeue" == service.machine.run("bash", "-c", asked, user="alice").strip()
    default = service.machine.run("cat", "/opt/digit-watcher/current/config.schema.json", user="alice")
    assert "config.yaml of digit-watcher" == json.loads(default)["title"]


def test_a_member_drops_pictures_and_another_reads_the_results(service: Installed) -> None:
    """Files and whole folders, whatever the umask; anyone of the group sees results and status, and changes neither."""
    machine, inbox = service.machine, f"{service.folders}/inbox"
    for umask in ("022", "077"):
        service.give(f"{umask}.png", png(int(umask[-1])), how=f"umask {umask}; cat > {{}}")
    machine.run("mkdir", "-p", f"{inbox}/a/b", user="alice")
    for picture in sorted(machine.path("/srv/pictures").iterdir()):
        service.give(f"a/b/{picture.name}", picture.read_bytes())
    service.assert_all_is_read()
    rows = machine.run("cat", f"{service.folders}/outbox/results.csv", user="bob")
    assert rows.count("a/b/") >= PICTURES
    assert json.loads(machine.run("digit-watcher", "status", "--json", user="bob"))["state"] == "running"
    for forbidden in (f"rm {service.folders}/outbox/results.csv", f"ls {inbox}/.work", f"ls {service.folders}/state"):
        assert machine.attempt("sh", "-c", forbidden, user="bob").returncode != 0, forbidden


def test_a_stranger_sees_nothing(service: Installed) -> None:
    """Who is not of the group reads no results and no status, and drops nothing."""
    for refused in (f"cat {service.folders}/outbox/results.csv", "digit-watcher status", f"ls {service.folders}/inbox"):
        done = service.machine.attempt("sh", "-c", refused, user="stranger")
        assert done.returncode != 0, refused
        assert "ermission denied" in done.stderr, done.stderr


def test_members_cannot_take_each_others_pictures(service: Installed) -> None:
    """The inbox is sticky: what alice dropped and the service has not taken yet, bob can neither move nor remove."""
    path = service.give("later.png.part", png(1, "later"))
    for forbidden in (f"rm -f {path}", f"mv {path} {path}2"):
        assert service.machine.attempt("sh", "-c", forbidden, user="bob").returncode != 0
    service.machine.run("mv", path, path.removesuffix(".part"), user="alice")
    service.assert_all_is_read()


def test_what_its_owner_keeps_to_himself_stays_and_is_named(service: Installed) -> None:
    """A file of mode 0600, and files in a folder that only alice may write to: left as they are, with why, until she
    opens them or the operator lets the service take them."""
    machine, inbox = service.machine, f"{service.folders}/inbox"
    service.give("private.png", png(2, "private"), how="install -m 600 /dev/stdin {}")
    machine.run("install", "-d", "-m", "755", f"{inbox}/hers", user="alice")
    service.give("hers/7.png", png(7, "hers"))
    expected = {"private.png": "Permission denied", "hers/7.png": "Permission denied"}

    def waiting() -> dict[str, str]:
        return {file["file"]: file["why"].rpartition(": ")[2] for file in service.status()["waiting_files"]}

    wait_for(lambda: waiting() == expected, f"both to be named: {service.status()}")
    machine.run("chmod", "g+w", f"{inbox}/hers", user="alice")
    service.wait_for_row("hers/7.png")
    machine.run("cp", "/srv/source/deploy/private-files.conf", f"/etc/systemd/system/{service.unit}.service.d/")
    machine.run("systemctl", "daemon-reload")
    service.systemctl("restart")
    service.assert_all_is_read()
    machine.run("rm", f"/etc/systemd/system/{service.unit}.service.d/private-files.conf")
    machine.run("systemctl", "daemon-reload")
    service.systemctl("restart")


def test_a_reload_takes_new_settings_whole_or_not_at_all(service: Installed) -> None:
    """The process stays; broken settings are refused aloud, and the next good ones are taken."""
    pid = service.asked("MainPID")
    service.configure(reading={"workers": 1})
    service.systemctl("reload")
    wait_for(lambda: len(service.pids()[1]) == 1, "one reader instead of two")
    service.configure(reading={"workers": "many"})
    service.systemctl("reload")
    wait_for(lambda: "refused" in service.journal(), "the refusal in the journal")
    assert "reading.workers" in service.journal()
    service.configure()
    service.systemctl("reload")
    wait_for(lambda: len(service.pids()[1]) == 2, "two readers again")
    service.give("reloaded.png", png(3, "reloaded"))
    service.assert_all_is_read()
    service.wait_until_active()
    assert pid == service.asked("MainPID")


def test_a_kill_costs_nothing(service: Installed) -> None:
    """kill -9 in the middle of a backlog: systemd starts it again, and it goes on where it was."""
    for number in range(20):
        service.give(f"kill-{number}.png", png(number % 10, f"kill {number}"))
    restarts = int(service.asked("NRestarts"))
    os.kill(service.pids()[0], signal.SIGKILL)
    wait_for(lambda: int(service.asked("NRestarts")) == restarts + 1, "a restart")
    service.wait_until_active()
    service.assert_all_is_read()


def test_a_reader_that_stands_still_is_replaced_by_the_daemon(service: Installed) -> None:
    """No restart: the picture in its hands is read by another one."""
    service.configure(reading={"seconds_per_picture": 1, "workers": 1})
    service.systemctl("restart")
    main, (reader,) = service.pids()
    os.kill(reader, signal.SIGSTOP)
    service.give("stalled.png", png(4, "stalled"))
    assert service.wait_for_row("stalled.png")["status"] == "ok"
    assert service.pids()[0] == main
    assert reader not in service.pids()[1]
    service.configure()
    service.systemctl("restart")


def test_a_loop_that_stands_still_is_started_again_by_systemd(service: Installed) -> None:
    """The watchdog hears nothing of it: SIGABRT, which writes to the journal where it stood, and a new start."""
    restarts = int(service.asked("NRestarts"))
    os.kill(service.pids()[0], signal.SIGSTOP)
    service.give("stopped.png", png(5, "stopped"))
    wait_for(lambda: int(service.asked("NRestarts")) == restarts + 1, "a restart")
    service.wait_until_active()
    service.assert_all_is_read()
    said = service.journal()
    assert "Watchdog timeout" in said
    assert re.search(r"Fatal Python error: Aborted.*Current thread", said, re.DOTALL)


def test_a_stop_ends_in_time_and_the_next_start_goes_on(service: Installed) -> None:
    """With a backlog, what is claimed is finished, the rest waits; systemd is content with the end."""
    service.systemctl("stop")
    service.configure(reading={"batch_size": 20})
    folder = service.inbox / "many"
    folder.mkdir(mode=0o777)
    pictures = [png(number % 10, f"many {number}") for number in range(600)]
    for number, data in enumerate(pictures):
        (folder / f"{number}.png").write_bytes(data)
    service.note(pictures)
    service.systemctl("start")
    wait_for(lambda: len(service.rows()) > len(service.dropped) - len(pictures), "the first of many")
    service.systemctl("stop")
    assert service.asked("Result") == "success"
    assert len(service.rows()) < len(service.dropped)
    service.configure()
    service.systemctl("start")
    service.assert_all_is_read()


def test_metrics_are_served_on_the_loopback_once_that_is_opened(service: Installed) -> None:
    """By the drop-in and the setting together; with the setting alone the service runs all the same."""
    machine, drop_ins = service.machine, f"/etc/systemd/system/{service.unit}.service.d"
    read = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9464/metrics').read().decode())"
    fetch = ("/opt/digit-watcher/current/bin/python", "-I", "-c", read)
    service.configure(metrics={"port": 9464})
    service.systemctl("restart")
    assert machine.attempt(*fetch).returncode != 0
    machine.run("cp", "/srv/source/deploy/metrics-port.conf", drop_ins)
    machine.run("systemctl", "daemon-reload")
    service.systemctl("restart")
    wait_for(
        lambda: "digit_watcher_" in machine.attempt(*fetch, user="stranger").stdout, f"metrics:{service.journal()}", 20
    )
    machine.run("rm", f"{drop_ins}/metrics-port.conf")
    machine.run("systemctl", "daemon-reload")
    service.configure()
    service.systemctl("restart")


def test_the_sandbox_holds(service: Installed) -> None:
    """What runs in the service's place may write its folders and a /tmp of its own, and do nothing else."""
    machine = service.machine
    unit = machine.path("/etc/systemd/system/digit-watcher.service").read_text(encoding="utf-8")
    for key, value in (
        ("ExecStart", f"/opt/digit-watcher/current/bin/python /srv/tests/probe.py {service.folders}/state/seen"),
        ("Type", "oneshot"), ("Restart", "no"), ("WatchdogSec", "0"),
    ):  # fmt: skip
        unit = re.sub(f"^{key}=.*", f"{key}={value}", unit, flags=re.MULTILINE)
    machine.write("/etc/systemd/system/probe.service", unit)
    machine.run("cp", "-r", "/etc/systemd/system/digit-watcher.service.d", "/etc/systemd/system/probe.service.d")
    machine.run("mkdir", "-p", "/home/alice", "/root/secret")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "probe")
    seen = json.loads((service.state / "seen").read_text(encoding="utf-8"))
    for name in ("seen", "of-the-probe"):
        (service.state / name).unlink()
    allowed = {name for name, how in seen.items() if how == "allowed"}
    assert allowed == {"write in tmp", "write in state"}, seen
    assert not machine.path("/tmp/of-the-probe").exists()
    assert seen["processes"] == ""
    assert seen["core"] == "0"


@pytest.fixture(scope="module")
def scans(service: Installed, small: Path) -> Installed:
    """A second inbox, on a disk of its own."""
    machine, scans = service.machine, Installed(
        service.machine, small / "scans", unit="digit-watcher@scans", folders="/srv/scans"
    )  # fmt: skip
    machine.run("mkdir", "-p", "/mnt/small/scans", "/srv/scans")
    mount_scans(machine)
    machine.run("sh", "-c", "sed s:/var/lib/digit-watcher:/srv/scans: /srv/source/deploy/digit-watcher.tmpfiles |"
                " systemd-tmpfiles --create -")  # fmt: skip
    scans.configure(reading={"workers": 1})
    return scans


def mount_scans(machine: Machine) -> None:
    """Mount the disk of the second inbox."""
    machine.run("mount", "--bind", "/mnt/small/scans", "/srv/scans")


def test_a_second_inbox_elsewhere(service: Installed, scans: Installed) -> None:
    """It is a service of its own: the first one runs on. Its pictures are moved, not copied, out of its sandbox too."""
    pid = service.asked("MainPID")
    assert "digit-watcher@scans runs" in scans.install()
    scans.let_people_in()
    scans.systemctl("restart")
    assert pid == service.asked("MainPID")
    assert "/srv/scans" in scans.asked("RequiresMountsFor")
    scans.give("7.png.part", png(7, "scans"))
    inode = (scans.inbox / "7.png.part").stat().st_ino
    (scans.inbox / "7.png.part").rename(scans.inbox / "7.png")
    row = scans.wait_for_row("7.png")
    assert inode == (scans.outbox / row["archived_to"]).stat().st_ino
    scans.assert_all_is_read()


def test_a_full_disk_is_said_and_waited_for(scans: Installed) -> None:
    """Paused: in systemd's status, in `status` for the group, and in the journal. It goes on by itself."""
    scans.give("full.png.part", png(8, "full"))
    with open(scans.root / "much", "wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass
    (scans.inbox / "full.png.part").rename(scans.inbox / "full.png")
    wait_for(lambda: "paused" in scans.says(), f"systemd to hear of a pause: {scans.says()}")
    command = ("digit-watcher", "status", "--json", "--config", "/etc/digit-watcher/scans.yaml")
    wait_for(lambda: json.loads(scans.machine.run(*command, user="bob"))["state"] == "paused", "a pause in status")
    assert re.search(r"paused: .*(disk is full|No space left on device)", scans.journal())
    (scans.root / "much").unlink()
    scans.assert_all_is_read()
    wait_for(lambda: "paused" not in scans.says(), f"systemd to hear of its end: {scans.says()}")


def test_a_disk_that_is_not_mounted_yet_is_waited_for(scans: Installed) -> None:
    """Exit code 4, with what is missing, again and again; nothing is made on the bare mount point. Then it goes on."""
    machine = scans.machine
    scans.give("waits.png.part", png(9, "waits"))
    scans.systemctl("stop")
    machine.run("umount", "/srv/scans")
    assert machine.attempt("systemctl", "start", scans.unit).returncode != 0
    wait_for(lambda: int(scans.asked("NRestarts")) > 1, "it to be tried again")
    assert scans.asked("ExecMainStatus") in ("0", "4")  # 0: the next one has just been started
    assert "there is no inbox at /srv/scans/inbox" in scans.journal()
    assert machine.run("ls", "-A", "/srv/scans") == ""
    mount_scans(machine)
    scans.wait_until_active()
    (scans.inbox / "waits.png.part").rename(scans.inbox / "waits.png")
    scans.assert_all_is_read()


def test_a_version_that_does_not_get_ready_gives_way_to_the_last_one(service: Installed, source: Path) -> None:
    """Also where it has brought the ledger to a version that the last one cannot read; nothing is lost by it."""
    for name, added in (
        ("__init__", '__version__ = "99"'),
        ("schema", "SCHEMA_VERSION += 1"),
        ("migrations", r'_STEPS[SCHEMA_VERSION - 1] = "CREATE TABLE of_the_future (x);\n"'),
        ("run", "def run_command(config, *_, **__):\n    from watcher.ledger import Ledger\n"
                "    Ledger(config.ledger_path).close()\n    raise SystemExit(4)"),
    ):  # fmt: skip
        with open(source / "watcher" / f"{name}.py", "a", encoding="utf-8") as file:
            file.write(f"\n\n{added}\n")
    current = service.machine.run("readlink", "/opt/digit-watcher/current")
    with pytest.raises(AssertionError, match=r"did not get ready with 99-.*runs again"):
        service.install()
    assert current == service.machine.run("readlink", "/opt/digit-watcher/current")
    service.wait_until_active()
    service.give("after.png", png(6, "after"))
    service.assert_all_is_read()


def test_settings_that_a_new_version_refuses_are_said_before_anything_is_touched(service: Installed) -> None:
    """The daemon runs on, with the version that it was started with."""
    pid = service.asked("MainPID")
    service.configure(reading={"colour": "green"})
    with pytest.raises(AssertionError, match=r"would not run[^$]*reading\.colour"):
        service.install()
    assert pid == service.asked("MainPID")
    service.configure()


def test_uninstalling_keeps_settings_pictures_and_results(service: Installed, scans: Installed) -> None:
    """No unit and no program is left; of all that was dropped in this file, each picture is there once."""
    service.install("uninstall")
    for installed in (service, scans):
        assert installed.asked("LoadState") == "not-found" or installed.asked("ActiveState") == "inactive"
        assert installed.config_file.exists()
        installed.assert_all_is_read()
    left = "find /opt /usr/local /etc/systemd /etc/tmpfiles.d /etc/sysusers.d -name '*digit-watcher*'"
    kept = {f"/etc/systemd/system/{one.unit}.service.d" for one in (service, scans)}  # with drop-ins of the operator's
    assert kept == {*service.machine.run("sh", "-c", left).split()}
