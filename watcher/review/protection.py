"""What stands before the page: every request is one of ours, from a page of ours, by somebody who was let in."""

import hmac
import ipaddress
from collections.abc import Callable, Collection
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from watcher.review.headers import with_headers
from watcher.review.sessions import Sessions

LARGEST_BODY = 16 << 10  # bytes; a name, or a digit
OPEN = frozenset({"/enter", "/login", "/static/review.css", "/static/icon.svg"})
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
Answer = Callable[[Request, int, str], Response]


@dataclass(frozen=True)
class Hosts:
    """Names by which this server may be called: a page of another name, led here by its DNS, is not served.

    any_address: numbers are names too. They need no DNS; a server that others reach may have several.
    """

    names: frozenset[str]
    any_address: bool

    @classmethod
    def of(cls, host: str, more: Collection[str]) -> "Hosts":
        """Of a server that listens there."""
        return cls(LOOPBACK | {name.lower() for name in (host, *more)}, any_address=not is_loopback(host))

    def include(self, header: str) -> bool:
        """Whether a Host header names this server; its port is not looked at, which a tunnel may change."""
        name = header.lower().rpartition("]")[0].removeprefix("[") if header.startswith("[") else header.lower()
        name = name if header.startswith("[") else name.partition(":")[0]
        return name in self.names or (self.any_address and _is_address(name))


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine's users reaches a server that listens there."""
    return host.lower() == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Protection:
    """An ASGI application before another one. What it lets through has its session in `request.state.session`.

    cookie: its name. refuse: makes the answer of a status and a sentence.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, hosts: Hosts, cookie: str, refuse: Answer) -> None:
        self._app, self._sessions, self._hosts = app, sessions, hosts
        self._cookie, self._refuse = cookie, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let through."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        send, request = with_headers(send), Request(scope, receive)
        refusal = self._refusal(request)
        body = b""
        if refusal is None and request.method not in ("GET", "HEAD"):
            body, refusal = await self._body(request)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    def _refusal(self, request: Request) -> Response | None:
        """Why a request is not let through; None where it is."""
        if not self._hosts.include(request.headers.get("host", "")):
            return self._refuse(request, 400, "This is not an address of this page: use the one that was printed.")
        if request.method not in ("GET", "HEAD", "POST"):
            return self._refuse(request, 405, "Only GET and POST are served here.")
        if request.url.path in OPEN:
            if request.method == "POST" and not is_same_origin(request, form=True):
                return self._refuse(request, 403, "This came from another site's page.")
            return None
        session = self._sessions.find(request.cookies.get(self._cookie, ""))
        if session is None:
            return self._refuse(request, 401, "This page is open only to whoever was given its address.")
        request.state.session = session
        return None if request.method != "POST" else self._of_a_change(request, session.csrf)

    def _of_a_change(self, request: Request, csrf: str) -> Response | None:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return self._refuse(request, 415, "Changes are sent as JSON.")
        if not is_same_origin(request):
            return self._refuse(request, 403, "This came from another site's page.")
        if not hmac.compare_digest(request.headers.get("x-csrf-token", "").encode(), csrf.encode()):
            return self._refuse(request, 403, "This page was loaded before you were let in anew: load it again.")
        return None

    async def _body(self, request: Request) -> tuple[bytes, Response | None]:
        """All of it, for it is small; or the refusal of one that is not."""
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY:
                return b"", self._refuse(request, 413, f"More than {LARGEST_BODY:,} bytes were sent.")
        return body, None


def is_same_origin(request: Request, *, form: bool = False) -> bool:
    """Whether a page of ours sent it, by what browsers say of that.

    form: it is a form of ours. Their Origin is `null`, because no page of ours tells where it was (Referrer-Policy);
    then Sec-Fetch-Site must say it.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin"):
        return False
    ours = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return origin == ours or (form and origin in (None, "null") and site == "same-origin")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body that was read already, then whatever else comes: that the client is gone."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
