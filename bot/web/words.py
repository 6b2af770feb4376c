"""What the page itself says, in the language of the reader's browser."""

from collections.abc import Mapping
from functools import cache

from starlette.datastructures import Headers

from bot.messages.catalogue import catalogue
from bot.subscriptions import Language

Words = Mapping[str, str]

HTML_LANGUAGES: Mapping[Language, str] = {Language.ZH: "zh-CN", Language.EN: "en"}

NAMES = (
    "title",
    "demo",
    "demo_hint",
    "online",
    "offline",
    "lost",
    "log",
    "empty",
    "older",
    "today",
    "yesterday",
    "unfold",
    "fold",
    "table",
    "unread",
    "latest",
    "typing",
    "commands",
    "quick",
    "input",
    "placeholder",
    "send",
    "unsent",
    "failed",
    "not_ready",
    "away",
    "too_long",
    "too_big",
    "too_fast",
    "blank",
    "unreadable",
    "no_script",
    "chats",
    "search",
    "found",
    "found_none",
    "options",
    "view",
    "view_chat",
    "view_telegram",
    "view_plain",
    "view_wecom",
    "theme",
    "theme_system",
    "theme_light",
    "theme_dark",
    "parts",
    "close",
    "attach",
    "drop",
    "remove",
    "file_big",
    "file_empty",
    "new",
    "sending",
    "retry",
    "discard",
    "copied",
    "not_copied",
    "stale",
    "picture",
    "original",
    "speak_as",
    "as_person",
    "runs",
    "person_me",
    "person_wang",
    "room_me",
    "room_wang",
    "room_group",
    "room_channel",
    "about_me",
    "about_wang",
    "about_group",
    "about_channel",
    "password",
    "enter",
    "enter_again",
    "wrong_password",
    "guesses",
    "leave",
)
"""The texts ``page-…`` of the catalogue, by the names that template and script use."""

_PLACES = {name: f"{{{name}}}" for name in ("n", "most", "who")}
"""What is put in later: a number, somebody's name."""


@cache
def words_of(language: Language) -> Words:
    """Every text of the page; ``{n}``, ``{most}`` and ``{who}`` stand for what the script puts in."""
    texts = catalogue(language)
    return {name: texts.text(f"page-{name.replace('_', '-')}", **_PLACES) for name in NAMES}


def client_languages(headers: Headers) -> list[str]:
    """The browser's languages in the order it sends them, which is that of preference."""
    tags = (part.partition(";")[0].strip() for part in headers.get("accept-language", "").split(","))
    return [tag for tag in tags if tag]


def page_language(headers: Headers) -> Language:
    """English where the browser names it before Chinese, else Chinese."""
    for tag in client_languages(headers):
        main = tag.lower().partition("-")[0]
        if main in frozenset(Language):
            return Language(main)
    return Language.ZH
