"""The application: routes, what stands before them, and what is said when something goes wrong."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from watcher.errors import DigitWatcherError
from watcher.review.api import Api
from watcher.review.doors import Doors
from watcher.review.protection import Hosts, Protection
from watcher.review.visits import Visits
from watcher.review.workplace import Workplace


def review_app(workplace: Workplace, hosts: Hosts) -> ASGIApp:
    """The whole page, to be served under these names."""
    pages = workplace.pages

    def refuse(request: Request, status: int, message: str) -> Response:
        if status == HTTPStatus.UNAUTHORIZED and workplace.entrance.by_password and _is_a_visit(request):
            return RedirectResponse("/login", 303)
        return pages.refusal(request, status, message)

    def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        known = error.detail != HTTPStatus(error.status_code).phrase
        return refuse(request, error.status_code, error.detail if known else "There is no such page here.")

    def on_surroundings(request: Request, error: Exception) -> Response:
        assert isinstance(error, DigitWatcherError)  # noqa: S101
        return refuse(request, 503, f"{error}. {error.hint}")

    def on_bug(request: Request, _: Exception) -> Response:
        return refuse(request, 500, "This is a fault of the page; its log has it. Nothing that was saved is lost.")

    app = Starlette(
        routes=[route for part in (Doors, Visits, Api) for route in part(workplace).routes()],
        exception_handlers={HTTPException: on_http, DigitWatcherError: on_surroundings, Exception: on_bug},
    )
    return Protection(app, workplace.sessions, hosts, workplace.given.cookie, refuse)


def _is_a_visit(request: Request) -> bool:
    return request.method == "GET" and not request.url.path.startswith(("/api/", "/pictures/", "/static/"))
