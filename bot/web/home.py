"""The page itself: its words, its chats and what can be said in them."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.channels.base import MenuEntry
from bot.channels.web import WebChannel
from bot.channels.web_rooms import Room
from bot.subscriptions import Language
from bot.web.asked import FILE_BYTES_MAX
from bot.web.cast import Cast
from bot.web.reading import PLAIN_VIEW
from bot.web.sessions import Sessions
from bot.web.words import HTML_LANGUAGES, Words, page_language, words_of

_FOLDER = Path(__file__).parent


class Home:
    """Renders the page for a reader."""

    def __init__(self, channel: WebChannel, cast: Cast, sessions: Sessions) -> None:
        self._channel = channel
        self._sessions = sessions
        self._cast = cast
        files = FileSystemLoader(_FOLDER / "templates")
        self._templates = Environment(loader=files, autoescape=True, undefined=StrictUndefined, trim_blocks=True)

    async def answer(self, request: Request) -> Response:
        """The whole page, in the language of the browser."""
        language = page_language(request.headers)
        english, words = language is Language.EN, words_of(language)
        page = self._templates.get_template("chat.html")
        session = request.state.session or self._sessions.begin()
        answer = HTMLResponse(
            page.render(
                language=HTML_LANGUAGES[language],
                words=words,
                menu=[
                    _choice(one, english=english) for one in self._channel.menu if self._cast.admins or not one.admin
                ],
                # Few words on a button that is always there: a phone is narrow.
                quick=[(one.name, _word(one, english=english)) for one in self._channel.menu if one.quick],
                rooms=[self._room(one, words) for one in self._cast.rooms],
                views=["chat", *self._cast.previews, PLAIN_VIEW],
                file_kib=FILE_BYTES_MAX // 1024,
                demo=self._cast.demo,
                token=self._sessions.token(session),
                locked=session.reader,
            )
        )
        self._sessions.keep(session, request, answer)
        return answer

    def _room(self, room: Room, words: Words) -> dict[str, object]:
        people = [{"id": one, "name": words[f"person_{one}"], "runs": one in self._cast.admins} for one in room.people]
        return {
            "id": room.id,
            "kind": room.kind,
            "name": words[f"room_{room.id}"],
            "about": words[f"about_{room.id}"],
            "people": people,
        }


def _choice(entry: MenuEntry, *, english: bool) -> tuple[str, str, bool]:
    return entry.name, entry.help_en if english else entry.help_zh, entry.admin


def _word(entry: MenuEntry, *, english: bool) -> str:
    return entry.name if english else entry.word_zh or entry.name
