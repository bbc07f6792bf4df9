"""The pages, from templates; what stands in them is escaped, whatever it is."""

import hashlib
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from watcher import __version__

_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_GOOD = "private, max-age=31536000, immutable"
_TITLES = {
    400: "Not this way", 401: "Who is there?", 403: "Not allowed", 404: "Nothing here", 405: "Not this way",
    413: "Too much", 415: "Not this way", 429: "Not so fast", 500: "Something went wrong", 503: "Not at the moment",
}  # fmt: skip


_TEMPLATES = Environment(
    loader=PackageLoader("watcher.review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip


class Pages:
    """Templates and the few files that pages use, read once: no path of a request is ever a path here."""

    def __init__(self) -> None:
        found = {
            one.name: one.read_bytes()
            for one in sorted((files("watcher.review") / "static").iterdir(), key=lambda one: one.name)
            if PurePath(one.name).suffix in _TYPES
        }
        print_ = hashlib.sha256(b"".join(found.values())).hexdigest()[:12]
        modules = [name for name in found if name.endswith(".js")]
        # Modules name each other by relative addresses: these keep a folder of the print, and would drop a query.
        self._static = {f"{print_}/{name}" if name in modules else name: data for name, data in found.items()}
        self._always = {"version": __version__, "print": print_, "modules": modules}

    def page(self, request: Request, name: str, code: int = 200, **values: Any) -> Response:
        """A page by its template's name; session: whose it is, None where nobody was let in."""
        session = getattr(request.state, "session", None)
        html = _TEMPLATES.get_template(f"{name}.html").render(**self._always, session=session, **values)
        return HTMLResponse(html, code)

    def static(self, name: str) -> Response | None:
        """A file that pages use, scripts below the print of all; None where there is no such."""
        if name not in self._static:
            return None
        # The address that pages give carries a hash of what is in it.
        kind = _TYPES[PurePath(name).suffix]
        return Response(self._static[name], media_type=kind, headers={"Cache-Control": _FOR_GOOD})

    def refusal(self, request: Request, status: int, message: str) -> Response:
        """What is said to a request that is not answered: JSON to a script, a page to a person."""
        if request.url.path.startswith("/api/"):
            return JSONResponse({"error": _TITLES.get(status, "Error"), "message": message}, status)
        return self.page(request, "message", status, status=status, title=_TITLES.get(status, "Error"), message=message)
