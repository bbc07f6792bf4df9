"""The pages that people visit, and the pictures on them."""

from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from watcher.corrections.labels import LABELS
from watcher.errors import UsageError
from watcher.recognition.verdict import Reason, Status
from watcher.records import Record
from watcher.review.browsing import Browsing, Page
from watcher.review.facts import REASONS, facts, spoken
from watcher.review.filters import CORRECTED, Filters, Range, is_id
from watcher.review.pictures import Pictures
from watcher.review.workplace import Workplace
from watcher.times import written
from watcher.viewing.viewer import View

_LOOKING_AT_ONCE = 8  # however many pictures are asked for, threads are left for the other questions
_PICTURES = {"Content-Type": "image/png", "Cache-Control": "private, max-age=300"}
_CHOICES = {
    "status": {one.value: one.value for one in Status},
    "reason": {one.value: f"{one.value}: {REASONS[one]}" for one in Reason},
    "digit": {label: spoken(label) for label in LABELS},
    "corrected": dict(zip(CORRECTED, ("by a person", "by nobody"), strict=True)),
}


class Visits:
    """The answers."""

    def __init__(self, workplace: Workplace) -> None:
        self._place, self._limiter = workplace, CapacityLimiter(_LOOKING_AT_ONCE)

    def routes(self) -> list[Route]:
        """Where each is."""
        return [
            Route("/", self.queue), Route("/results", self.results), Route("/results/{id}", self.result),
            Route("/static/{name:path}", self.static), Route("/api/view/{id}", self.why),
            Route("/pictures/{id}/{kind}.png", self.picture),
        ]  # fmt: skip

    async def queue(self, request: Request) -> Response:
        """The queue; its script does the rest."""
        return self._page(request, "queue")

    async def results(self, request: Request) -> Response:
        """What was looked for, a page of it."""
        try:
            filters = Filters.of(request.query_params)
            span = Range.of(filters, self._place.given.now(), self._place.given.zone)
        except UsageError as error:
            wrong = Filters(**{name: request.query_params.get(name, "") for name in Filters.__dataclass_fields__})
            return self._results(request, wrong, Page([], "", cut=False), problem=f"{error}. {error.hint}", status=400)
        page = await self._place.reading.ask(lambda browsing: browsing.page(filters, span, self._place.given.clock))
        return self._results(request, filters, page)

    def _results(
        self, request: Request, filters: Filters, page: Page, *, problem: str = "", status: int = 200
    ) -> Response:
        reached = written(page.reached) if page.reached else ""
        return self._page(
            request, "results", status, filters=filters, choices=_CHOICES, problem=problem, reached=reached,
            page=page, rows=[facts(result, []) for result in page.results],
        )  # fmt: skip

    async def result(self, request: Request) -> Response:
        """One result and its history."""
        id_ = request.path_params["id"]

        def asked(browsing: Browsing) -> dict[str, Any] | None:
            result = browsing.result(id_) if is_id(id_) else None
            if result is None:
                return None
            row = facts(result, browsing.corrections_of(id_), browsing.state_of(id_))
            again = browsing.read_again_as(id_) if row["state"] == "requeued" else None
            return row | {"again": again or ""}

        row = await self._place.reading.ask(asked)
        if row is None:
            raise HTTPException(404, "There is no such result. Retention may have taken its record.")
        return self._page(request, "result", row=row)

    async def picture(self, request: Request) -> Response:
        """A picture as a PNG that was made here: large, small, or as the network saw it (seen)."""
        kind = request.path_params["kind"]
        if kind not in ("picture", "seen", "small"):
            raise HTTPException(404, "There is no such picture.")
        view = await self._view(request, self._place.small_pictures if kind == "small" else self._place.pictures)
        data = view.seen if kind == "seen" else view.picture
        if not data:
            return self._nothing_to_see()
        return Response(data, headers=_PICTURES)

    async def why(self, request: Request) -> Response:
        """What a picture lacks, as a sentence; "" for nothing."""
        view = await self._view(request, self._place.pictures)
        return JSONResponse({"why": view.why, "picture": bool(view.picture), "seen": bool(view.seen)})

    async def static(self, request: Request) -> Response:
        """A file that pages use."""
        found = self._place.pages.static(request.path_params["name"])
        if found is None:
            raise HTTPException(404, "There is no such file.")
        return found

    async def _view(self, request: Request, pictures: Pictures) -> View:
        id_ = request.path_params["id"]

        def asked(browsing: Browsing) -> Record | None:
            return browsing.place_of(id_) if is_id(id_) else None

        record = await self._place.reading.ask(asked)
        if record is None:
            raise HTTPException(404, "There is no such picture.")
        return await to_thread.run_sync(pictures.of, record, limiter=self._limiter)

    def _nothing_to_see(self) -> Response:
        """A sign in the picture's place; why there is none, `why` says in words."""
        found = self._place.pages.static("nothing.svg")
        assert found is not None  # noqa: S101
        found.headers["Cache-Control"] = "no-store"
        return found

    def _page(self, request: Request, name: str, status: int = 200, **values: Any) -> Response:
        given = self._place.given
        return self._place.pages.page(
            request, name, status, read_only=given.read_only, suggested=given.name, labels=LABELS, **values
        )
