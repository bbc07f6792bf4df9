"""What the page's script asks for and says, as JSON."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from watcher.review import bodies
from watcher.review.browsing import Browsing, Result
from watcher.review.facts import facts, said
from watcher.review.filters import is_id
from watcher.review.live import Live
from watcher.review.saying import Outcome, Refused
from watcher.review.workplace import Workplace

AHEAD = 8  # pictures that a page holds: the one that is shown, and the next ones; people type ahead
_STATUS = {"unknown": 404, "nothing": 200, "conflict": 409}


class Api:
    """The answers. Only `say`, `undo` and `name` change anything; what is handed out is kept in memory."""

    def __init__(self, workplace: Workplace) -> None:
        self._place, self._live = workplace, Live(workplace)

    def routes(self) -> list[Route]:
        """Where each is."""
        return [
            Route("/api/live", self.live), Route("/api/me", self.me), Route("/api/row/{id}", self.row),
            Route("/api/name", self.name, methods=["POST"]), Route("/api/next", self.next, methods=["POST"]),
            Route("/api/hold", self.hold, methods=["POST"]), Route("/api/say", self.say, methods=["POST"]),
            Route("/api/undo", self.undo, methods=["POST"]),
        ]  # fmt: skip

    async def live(self, _: Request) -> Response:
        """Counts, and what the daemon does."""
        return JSONResponse(await self._live.facts())

    async def me(self, request: Request) -> Response:
        """Who one is to the page; after one was let in anew, a script goes on with this."""
        session = request.state.session
        return JSONResponse({"csrf": session.csrf, "name": session.name, "read_only": self._place.given.read_only})

    async def name(self, request: Request) -> Response:
        """Somebody says who they are."""
        self._only_where_changes_are_wanted()
        request.state.session.name = bodies.name_in(await bodies.body_of(request))
        return JSONResponse({"name": request.state.session.name})

    async def next(self, request: Request) -> Response:
        """Hand out the next open reviews.

        have: those that the page holds ready; saving: those that it has answers to that are on their way; skip: one
        that is to come again later.
        """
        body, session = await bodies.body_of(request), request.state.session
        have, saving = bodies.ids_in(body, "have"), bodies.ids_in(body, "saving")
        holder = f"{session.key} {bodies.tab_in(body)}"
        if skip := bodies.id_in(body, "skip", needed=False):
            session.put_aside(skip)

        def asked(browsing: Browsing) -> list[dict[str, Any]]:
            count = max(0, AHEAD - len(have))
            found = self._place.queue.hand_out(browsing, session, holder, [*have, *saving], count)
            return [_facts(browsing, one) for one in found]

        return JSONResponse({"rows": await self._place.reading.ask(asked)})

    async def hold(self, request: Request) -> Response:
        """The page still shows these. lost: those that were handed to another one meanwhile."""
        body = await bodies.body_of(request)
        holder = f"{request.state.session.key} {bodies.tab_in(body)}"
        return JSONResponse({"lost": self._place.queue.hold(bodies.ids_in(body, "have"), holder)})

    async def row(self, request: Request) -> Response:
        """One result as it is now; why: what its picture lacks."""
        return JSONResponse(await self._row(request.path_params["id"]))

    async def say(self, request: Request) -> Response:
        """A person's word on a picture. seen: the last correction that they saw."""
        self._only_where_changes_are_wanted()
        body, session = await bodies.body_of(request), request.state.session
        picture, label, seen = bodies.id_in(body, "id"), bodies.label_in(body), bodies.number_in(body, "seen")
        if not session.name:
            raise HTTPException(400, "Say who you are first.")
        try:
            return await self._told(await self._place.saying.put(session, picture, label, seen))
        except Refused as refused:
            return await self._refused(refused)

    async def undo(self, request: Request) -> Response:
        """Take back the last that one said; id: on that picture."""
        self._only_where_changes_are_wanted()
        picture = bodies.id_in(await bodies.body_of(request), "id", needed=False)
        try:
            return await self._told(await self._place.saying.undo(request.state.session, picture))
        except Refused as refused:
            return await self._refused(refused)

    async def _told(self, outcome: Outcome) -> Response:
        return JSONResponse({"written": outcome.written, "row": await self._row(outcome.picture)})

    async def _refused(self, refused: Refused) -> Response:
        told: dict[str, Any] = {"error": refused.what, "message": f"{refused}.", "row": None}
        if refused.last:
            told |= {"last": said(refused.last), "row": await self._row(refused.last.picture)}
        return JSONResponse(told, _STATUS[refused.what])

    async def _row(self, id_: str) -> dict[str, Any]:
        def asked(browsing: Browsing) -> dict[str, Any] | None:
            result = browsing.result(id_) if is_id(id_) else None
            return _facts(browsing, result) if result else None

        row = await self._place.reading.ask(asked)
        if row is None:
            raise HTTPException(404, "There is no such picture.")
        return row

    def _only_where_changes_are_wanted(self) -> None:
        if self._place.given.read_only:
            raise HTTPException(403, "This page was started to look only (--read-only).")


def _facts(browsing: Browsing, result: Result) -> dict[str, Any]:
    id_ = result.record.claim.id
    return facts(result, browsing.corrections_of(id_), browsing.state_of(id_))
