"""The code that executors run: this very package, packed, and known by its hash."""

import marshal
import zipfile
from hashlib import sha256
from importlib.util import MAGIC_NUMBER, source_hash
from io import BytesIO
from pathlib import Path

import watcher

_WHEN = (1980, 1, 1, 0, 0, 0)  # of every file: the same code is the same archive
_FOR_GOOD = (1).to_bytes(4, "little")  # PEP 552: nobody looks whether the module has changed since


def packed_code() -> bytes:
    """All modules of the package as a zip archive that Python imports from, each beside what it is compiled to.

    A Python of another version takes the modules as they are written. One of ours starts a tenth of a second sooner.
    """
    root = Path(watcher.__file__).parent
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for module in sorted(root.rglob("*.py")):
            name, source = str(module.relative_to(root.parent)), module.read_bytes()
            for path, data in ((name, source), (f"{name}c", _compiled(name, source))):
                archive.writestr(zipfile.ZipInfo(path, _WHEN), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _compiled(name: str, source: bytes) -> bytes:
    code = compile(source, name, "exec", dont_inherit=True)
    return MAGIC_NUMBER + _FOR_GOOD + source_hash(source) + marshal.dumps(code)


def code_name(code: bytes) -> str:
    """Its file's name, which has its hash: executors of one session may have an earlier one at hand."""
    return f"digit_watcher_{digest(code)[:16]}.zip"


def digest(data: bytes) -> str:
    """The SHA-256 of bytes, as 64 hexadecimal digits."""
    return sha256(data).hexdigest()
