"""What verdicts depend on beside the code and the model: the same versions give the same to the bit."""

import sys
from importlib.metadata import PackageNotFoundError, version

LIBRARIES = ("numpy", "opencv-python-headless", "ai-edge-litert")


def versions() -> dict[str, str]:
    """Python and the libraries by their names, "" where one was not installed as a package."""
    return {"Python": sys.version.split()[0], **{name: _version(name) for name in LIBRARIES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
