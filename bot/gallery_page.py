"""The gallery as one HTML file that needs nothing else: every message as each channel shows it."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Console

from bot.channels.base import Part
from bot.channels.console import ConsoleChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.wecom_markup import as_html, marked
from bot.gallery import REASONS, SECTIONS, Exhibit
from bot.messages.model import Block, Document, Message, Picture, to_json
from bot.subscriptions import Language
from bot.web.words import HTML_LANGUAGES, words_of

_WEB = Path(__file__).parent / "web"

_COLUMNS = 52
"""Of the terminal that is shown."""

_NO_TOKEN = "1:gallery"  # noqa: S105 - nobody is logged in with it
"""Nothing is sent."""


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """A message in one language, as the four channels show it."""

    language: str
    telegram: Sequence[Part]
    wecom: Sequence[Markup]
    body: dict[str, Any]
    console: str


def page_of(exhibits: Sequence[Exhibit]) -> str:
    """The whole page; scripts and styles of the chat page are in it as they are."""
    files = FileSystemLoader(_WEB / "templates")
    templates = Environment(loader=files, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    templates.filters |= {"telegram": _telegram_markup, "data_uri": data_uri}
    telegram, console = TelegramChannel(_NO_TOKEN), ConsoleChannel(_terminal())
    sections = [
        (key, title, list(_kinds([one for one in exhibits if one.section == key], telegram, console)))
        for key, title in SECTIONS.items()
    ]
    return templates.get_template("gallery.html").render(
        sections=sections,
        reasons=REASONS,
        words={HTML_LANGUAGES[one]: dict(words_of(one)) for one in Language},
        css=_file("message.css"),
        blocks=_file("blocks.js"),
        icon=data_uri((_WEB / "static" / "icon.svg").read_bytes(), "image/svg+xml"),
    )


def _kinds(
    exhibits: Sequence[Exhibit], telegram: TelegramChannel, console: ConsoleChannel
) -> Iterator[tuple[Exhibit, list[tuple[Exhibit, list[_Shown]]]]]:
    """Each kind by its first exhibit, and all of its exhibits as they are shown."""
    for kind in dict.fromkeys(one.kind for one in exhibits):
        mine = [one for one in exhibits if one.kind == kind]
        yield (
            mine[0],
            [
                (one, [_shown(language, said, telegram, console) for language, said in one.messages.items()])
                for one in mine
            ],
        )


def _shown(language: Language, message: Message, telegram: TelegramChannel, console: ConsoleChannel) -> _Shown:
    (printed,) = console.render(message, plain=True)
    return _Shown(
        language=HTML_LANGUAGES[language],
        telegram=telegram.render(message),
        wecom=[Markup(as_html(part)) for part in marked(message)],  # noqa: S704 - what it escaped itself
        body=body_of(message),
        console=printed.markup,
    )


def body_of(message: Message) -> dict[str, Any]:
    """A message as the chat page's script reads it, with its pictures and files inside."""
    body = to_json(message)
    body["blocks"] = [_inside(block, made) for block, made in zip(message.blocks, body["blocks"], strict=True)]
    return body


def _inside(block: Block, made: dict[str, Any]) -> dict[str, Any]:
    match block:
        case Picture():
            return _picture(block)
        case Document():
            href = data_uri(block.data, "application/octet-stream")
            return {"file": block.name, "about": block.about, "bytes": len(block.data), "href": href}
        case _:
            return made


def _picture(block: Picture) -> dict[str, Any]:
    width, height = block.size
    dark = data_uri(block.dark) if block.dark else ""
    return {"src": data_uri(block.png), "dark": dark, "alt": block.alt, "width": width, "height": height}


def data_uri(content: bytes, kind: str = "image/png") -> str:
    """A file as an address that holds it."""
    return f"data:{kind};base64,{b64encode(content).decode('ascii')}"


def _telegram_markup(part: Part) -> Markup:
    """The very HTML that is sent: every text in it was escaped by the channel."""
    return Markup(part.markup)  # noqa: S704


def _file(name: str) -> Markup:
    return Markup((_WEB / "static" / name).read_text("utf-8"))  # noqa: S704 - our own style and script


def _terminal() -> Console:
    return Console(width=_COLUMNS, color_system=None, force_terminal=False)
