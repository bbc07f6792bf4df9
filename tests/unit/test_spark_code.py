"""watcher.spark.code: the code that executors run is this very package, and known by its hash."""

import os
import subprocess
import sys
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

import watcher
from watcher.spark.code import code_name, digest, packed_code

ROOT = Path(watcher.__file__).parent


def test_the_same_code_is_the_same_archive() -> None:
    """To the byte, whenever it is packed: its hash is compared on each executor."""
    assert packed_code() == packed_code()


def test_all_modules_are_in_it_and_nothing_else() -> None:
    """As written and as compiled. No model, no cache, no notes: what would change the hash, and is not needed there."""
    with zipfile.ZipFile(BytesIO(packed_code())) as archive:
        assert archive.testzip() is None
        packed = {name: archive.read(name) for name in archive.namelist()}
    compiled = {name.removesuffix("c") for name in packed if name.endswith(".pyc")}
    written = {name: data for name, data in packed.items() if not name.endswith(".pyc")}
    assert written == {f"watcher/{path.relative_to(ROOT)}": path.read_bytes() for path in ROOT.rglob("*.py")}
    assert compiled == set(written)
    assert "watcher/spark/tasks.py" in packed


def test_a_changed_module_is_another_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its time says; a file that is no module changes nothing."""
    (tmp_path / "watcher").mkdir()
    module = tmp_path / "watcher" / "__init__.py"
    monkeypatch.setattr(watcher, "__file__", str(module))
    module.write_text("a = 1\n")
    first = packed_code()
    (tmp_path / "watcher" / "model.bin").write_bytes(b"x")
    os.utime(module, (5e8, 5e8))
    module.chmod(0o600)
    assert first == packed_code()
    module.write_text("a = 2\n")
    assert code_name(first) != code_name(packed_code())


def test_its_name_has_its_hash() -> None:
    """Executors of one session may have an earlier one at hand."""
    assert sha256(b"code").hexdigest() == digest(b"code")
    assert f"digit_watcher_{sha256(b'code').hexdigest()[:16]}.zip" == code_name(b"code")


@pytest.mark.parametrize("version", ["ours", "another"])
def test_python_imports_from_it(tmp_path: Path, version: str) -> None:
    """What an executor imports first, before any package is needed; what another version compiled is passed over."""
    archive = tmp_path / code_name(packed_code())
    with zipfile.ZipFile(BytesIO(packed_code())) as packed, zipfile.ZipFile(archive, "w") as shipped:
        for name in packed.namelist():
            data = packed.read(name)
            shipped.writestr(name, b"\xcb\r\r\n" + data[4:] if version == "another" and name.endswith("c") else data)
    code = f"import sys; sys.path[:0] = [{str(archive)!r}]; import watcher.spark.order as m; print(m.__spec__.origin)"
    done = subprocess.run([sys.executable, "-ISc", code], capture_output=True, text=True, check=True)
    expected = "order.pyc" if version == "ours" else "order.py"
    assert f"{archive}/watcher/spark/{expected}" == done.stdout.strip()
