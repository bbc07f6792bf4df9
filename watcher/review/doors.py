"""How people come in: by the printed address, or by a password."""

import math
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from watcher.review.workplace import Workplace


class Doors:
    """The answers."""

    def __init__(self, workplace: Workplace) -> None:
        self._place = workplace

    def routes(self) -> list[Route]:
        """Where each is."""
        return [
            Route("/enter", self.enter), Route("/login", self.form), Route("/login", self.login, methods=["POST"]),
        ]  # fmt: skip

    async def enter(self, request: Request) -> Response:
        """The printed address: its token becomes a session, and leaves the address."""
        if not self._place.entrance.has_token(request.query_params.get("token", "")):
            return self._place.pages.refusal(request, 401, "That address is not, or no longer, the right one.")
        # No redirect: of an address that was clicked in a mail it would be the other site's still, without the cookie.
        answer = self._place.pages.page(
            request, "message", status=200, title="Come in", message="The queue opens by itself."
        )
        answer.headers["Refresh"] = "0;url=/"
        return self._with_a_session(answer)

    async def form(self, request: Request) -> Response:
        """Where the password is asked for."""
        if not self._place.entrance.by_password:
            return self._place.pages.refusal(request, 404, "No password is asked for: use the printed address.")
        return self._place.pages.page(request, "login", problem="")

    async def login(self, request: Request) -> Response:
        """The password, from the form."""
        tries, address = self._place.entrance.tries, request.client.host if request.client else "?"
        if wait := tries.wait(address):
            said = f"Too many wrong passwords: try again in {math.ceil(wait)} seconds."
            answer = self._place.pages.page(request, "login", 429, problem=said)
            answer.headers["Retry-After"] = str(math.ceil(wait))
            return answer
        words = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        if not self._place.entrance.knows_password(words.get("password", [""])[0]):
            tries.failed(address)
            return self._place.pages.page(request, "login", 401, problem="That is not the password.")
        tries.passed(address)
        return self._with_a_session(RedirectResponse("/", 303))

    def _with_a_session(self, answer: Response) -> Response:
        secret, _ = self._place.sessions.begin()
        answer.set_cookie(
            self._place.given.cookie, secret, httponly=True, samesite="strict", secure=self._place.given.secure
        )
        return answer
