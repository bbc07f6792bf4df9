"""Pythons of their own, that have what another one has, but for some of it."""

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from tests.faults.injection import inject_into


def executors_python(folder: Path, base: str | Path = sys.executable) -> Path:
    """One that has digit-watcher's dependencies and not digit-watcher, as executors do; its readers can be made faulty.

    That is asked for with `injection.gate` in their environment. base: of the same version as ours.
    """
    python = _python(folder, _packages(), base)
    inject_into(_site(folder))
    return python


def python_without(folder: Path, names: Collection[str]) -> Path:
    """One that has all that we have, digit-watcher too, but for these packages."""
    shown = folder / "shown"
    shown.mkdir(parents=True)
    for entry in (entry for packages in _packages() for entry in packages.iterdir()):
        if entry.name.partition("-")[0].lower() not in names and not (shown / entry.name).exists():
            (shown / entry.name).symlink_to(entry)
    return _python(folder / "python", [shown, Path(__file__).parents[2]])


def _packages() -> list[Path]:
    return [Path(entry) for entry in sys.path if entry.endswith("site-packages")]


def _python(folder: Path, seen: list[Path], base: str | Path = sys.executable) -> Path:
    """A virtual environment. seen: where it imports from; what .pth files lie there, it does not follow."""
    subprocess.run([base, "-m", "venv", "--without-pip", folder], check=True)
    (_site(folder) / "seen.pth").write_text("".join(f"{path}\n" for path in seen), encoding="utf-8")
    return folder / "bin" / "python"


def _site(folder: Path) -> Path:
    return folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
