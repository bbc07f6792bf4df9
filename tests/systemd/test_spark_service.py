"""`make install SPARK=1` under a real systemd: the service reads on a Spark of its machine, with the unit's drop-in.

In this order. All of the lock is installed but pyspark itself, which takes half a gigabyte and a minute: that of this
checkout is laid in its place.
"""

import re
import sysconfig
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.end_to_end.pictures import png
from tests.spark.cluster import why_missing
from tests.systemd.installed import Installed, boot, copy_source, why_not_installed
from tests.systemd.machine import Machine, why_not

pytestmark = pytest.mark.timeout(300)
LAID = ("pyspark", "py4j")
DROP_IN = "/etc/systemd/system/digit-watcher.service.d/10-spark-engine.conf"
# As docs/spark.md tells operators: in a file that is read after the drop-in.
NARROWED = "[Service]\nIPAddressDeny=any\nIPAddressAllow=localhost\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the machine is made of."""
    return tmp_path_factory.mktemp("machine")


@pytest.fixture(scope="module")
def machine(folder: Path) -> Iterator[Machine]:
    """A machine that is up, and has a Java."""
    if missing := why_not() or why_not_installed() or why_missing():
        pytest.skip(missing)
    source, disk, small = (folder / name for name in ("source", "disk", "small"))
    for made in (source, disk, small):
        made.mkdir()
    lock = copy_source(source) / "requirements" / "spark.txt"
    lock.write_text(re.sub(rf"(?m)^({'|'.join(LAID)})==.*\n(    --hash.*\n)+", "", lock.read_text(encoding="utf-8")))
    found = {name: find_spec(name) for name in LAID}
    laid = {Path(spec.origin).parent: f"/srv/{name}" for name, spec in found.items() if spec and spec.origin}
    machine = boot(source, disk, small, laid)
    if machine.attempt("java", "-version").returncode != 0:
        pytest.skip("there is no Java where services find it")
    yield machine
    machine.end()


@pytest.fixture(scope="module")
def service(machine: Machine, folder: Path) -> Installed:
    """The service, as it is installed before its settings name a cluster: it reads by itself."""
    service = Installed(machine, folder / "disk" / "digit-watcher", folders="/var/lib/digit-watcher")
    service.configure()
    said = service.install(WEB="1", SPARK="1")
    assert "set engine: spark" in said
    return service


def places() -> dict[str, str]:
    """Where pip would have installed what is laid."""
    packages = f"/opt/digit-watcher/current/lib/{Path(sysconfig.get_path('purelib')).parent.name}/site-packages"
    return {name: f"{packages}/{name}" for name in LAID}


def test_the_unit_is_opened_where_the_settings_say_so(service: Installed) -> None:
    """Not by SPARK=1 alone; from then on by every `make install`, which starts the service again with it."""
    machine = service.machine
    assert not machine.path(DROP_IN).exists()
    assert "yes" == service.asked("MemoryDenyWriteExecute")
    for name, place in places().items():
        machine.run("mkdir", place)
        machine.run("mount", "--bind", f"/srv/{name}", place)
    machine.write("/etc/systemd/system/digit-watcher.service.d/override.conf", NARROWED)
    service.configure(engine="spark", spark={"master": "local[2]"})
    service.install()
    assert "no" == service.asked("MemoryDenyWriteExecute")
    assert "127.0.0.0/8" in service.asked("IPAddressAllow")
    assert "0.0.0.0/0" in service.asked("IPAddressDeny")


def test_it_reads(service: Installed) -> None:
    """Pictures come back from the JVM's Python processes, within all that the unit forbids."""
    service.wait_until_active()
    for digit in range(3):
        service.give(f"{digit}.png", png(digit, "spark"), user="root")
    service.assert_all_is_read()
    inside = service.machine.run("systemctl", "status", "--no-pager", service.unit)
    assert "pyspark.daemon" in inside
    assert "java" in inside


def test_it_writes_nowhere_else(service: Installed) -> None:
    """What Spark and its JVM leave lies in the state folder. Nothing there can be run: Spark does without the libraries
    that it unpacks."""
    assert (service.state / "spark").is_dir()
    main, others = service.pids()
    mapped = [line for pid in (main, *others) for line in Path(f"/proc/{pid}/maps").read_text("utf-8").splitlines()]
    assert any("libjvm.so" in line for line in mapped)
    assert not [line for line in mapped if service.folders in line and "x" in line.split()[1]]
    assert "" == service.machine.run("sh", "-c", "find /tmp/systemd-private-*digit-watcher.service* -type f")
    assert {"inbox", "outbox", "state"} == {path.name for path in service.root.iterdir()}


def test_it_stops_within_its_time(service: Installed) -> None:
    """JVM and all: systemd need not lose its patience."""
    service.systemctl("stop")
    assert ("inactive", "success") == (service.asked("ActiveState"), service.asked("Result"))
    service.systemctl("start")
    service.wait_until_active()


def test_without_a_cluster_the_unit_is_closed_again(service: Installed) -> None:
    """Settings that name none take the drop-in away; so does `make uninstall`."""
    machine = service.machine
    service.configure()
    service.install()
    assert not machine.path(DROP_IN).exists()
    assert "yes" == service.asked("MemoryDenyWriteExecute")
    service.configure(engine="spark", spark={"master": "local[2]"})
    service.install()
    assert machine.path(DROP_IN).exists()
    service.systemctl("stop")
    machine.run("umount", *places().values())
    service.install("uninstall")
    assert not machine.path(DROP_IN).exists()
