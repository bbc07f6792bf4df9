"""The versions a model was made with."""

import platform
from importlib import metadata

import watcher

_PACKAGES = ("tensorflow", "keras", "ai-edge-litert", "numpy", "opencv-python-headless")


def versions() -> dict[str, str]:
    """Versions of Python, this project and the packages that decide the weights; `-` where one is missing."""
    found = {"python": platform.python_version(), "digit-watcher": watcher.__version__}
    return found | {package: _version(package) for package in _PACKAGES}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "-"
