"""The code that executors run: this very package, packed, and known by its hash."""

import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import watcher

_WHEN = (1980, 1, 1, 0, 0, 0)  # of every file: the same code is the same archive


def packed_code() -> bytes:
    """All modules of the package as a zip archive that Python imports from."""
    root = Path(watcher.__file__).parent
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for module in sorted(root.rglob("*.py")):
            name = str(module.relative_to(root.parent))
            archive.writestr(zipfile.ZipInfo(name, _WHEN), module.read_bytes(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def code_name(code: bytes) -> str:
    """Its file's name, which has its hash: executors of one session may have an earlier one at hand."""
    return f"digit_watcher_{digest(code)[:16]}.zip"


def digest(data: bytes) -> str:
    """The SHA-256 of bytes, as 64 hexadecimal digits."""
    return sha256(data).hexdigest()
