"""Coming in with the password and going out again, and the token for a page that stayed open over a restart."""

from math import ceil
from pathlib import Path
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.web.asked import body_of
from bot.web.guard import DOOR_PATH
from bot.web.lock import Lock
from bot.web.sessions import Session, Sessions
from bot.web.words import HTML_LANGUAGES, page_language, words_of

HOME = "/"
"""Where everybody goes from here: no address says where else."""
TOKEN_PATH, LEAVE_PATH = "/token", "/leave"
FORM_BYTES_MAX = 8 * 1024


class Door:
    """Answers before the guard's password is known, and hands out what later proves that it was."""

    def __init__(self, sessions: Sessions, lock: Lock | None, folder: Path) -> None:
        self._sessions = sessions
        self._lock = lock
        self._templates = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)

    def routes(self) -> list[Route]:
        """Where people come in and go out."""
        return [
            Route(DOOR_PATH, self.show),
            Route(DOOR_PATH, self.enter, methods=["POST"]),
            Route(LEAVE_PATH, self.leave, methods=["POST"]),
            Route(TOKEN_PATH, self.token),
        ]

    async def show(self, request: Request) -> Response:
        """The form, or the page for whoever is in."""
        session: Session | None = request.state.session
        if self._lock is None or (session is not None and session.reader):
            return RedirectResponse(HOME, 303)
        return self._form(request)

    async def enter(self, request: Request) -> Response:
        """Take a password; whoever comes in gets a new session, and the one he came with ends."""
        if self._lock is None:
            return RedirectResponse(HOME, 303)
        session: Session | None = request.state.session
        told = _fields(await body_of(request, FORM_BYTES_MAX, "too long"))
        words = words_of(page_language(request.headers))
        if session is None or not self._sessions.knows_token(session, told.get("token", "")):
            return self._form(request, words["enter_again"], 403)
        if (wait := ceil(self._lock.wait_seconds(request))) > 0:
            return self._form(request, words["guesses"].format(n=wait), 429, {"Retry-After": str(wait)})
        if not self._lock.opens(told.get("password", ""), request):
            return self._form(request, words["wrong_password"], 403)
        self._sessions.end(session)
        answer = RedirectResponse(HOME, 303)
        self._sessions.keep(self._sessions.begin(reader=True), request, answer)
        return answer

    async def leave(self, request: Request) -> Response:
        """End the session."""
        answer = Response(status_code=204)
        if request.state.session is not None:
            self._sessions.end(request.state.session)
        self._sessions.drop(request, answer)
        return answer

    async def token(self, request: Request) -> Response:
        """What the page needs to send again after the service began anew; no other page can read it."""
        session = request.state.session or self._sessions.begin()
        answer = JSONResponse({"token": self._sessions.token(session)})
        self._sessions.keep(session, request, answer)
        return answer

    def _form(
        self, request: Request, problem: str = "", status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        language = page_language(request.headers)
        session = request.state.session or self._sessions.begin()
        page = self._templates.get_template("door.html").render(
            language=HTML_LANGUAGES[language],
            words=words_of(language),
            problem=problem,
            foreign=request.headers.get("sec-fetch-site") == "cross-site",
            token=self._sessions.token(session),
        )
        answer = HTMLResponse(page, status, headers)
        self._sessions.keep(session, request, answer)
        return answer


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a form, each once."""
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        raise HTTPException(400, "no form") from None
    return {name: told[0] for name, told in found.items()}
