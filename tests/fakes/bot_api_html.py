"""Telegram's HTML as the server reads it: refused with its words, or the text and entities that people get."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

ENTITIES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
ATTRIBUTES = {
    "a": {"href"},
    "span": {"class"},
    "code": {"class"},
    "blockquote": {"expandable"},
    "tg-emoji": {"emoji-id"},
    "tg-time": {"unix", "format"},
}
"""What a tag may carry; the real server passes over others, this one refuses them."""

RICH_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "table", "tr", "th", "td", "details", "summary"})
"""What rich messages know besides."""

_ATTRIBUTE = re.compile(r"""\s+([a-zA-Z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+))?""")
_TAG = re.compile(r"""<(/?)([^\s<>/]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>""")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]+|#x[0-9a-fA-F]+);")


class MarkupError(Exception):
    """The description that the server answers with."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text without its tags, and the entities that took their place."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()


@dataclass(slots=True)
class _Open:
    tag: str
    attributes: dict[str, str]
    start: int


@dataclass(slots=True)
class _Reader:
    source: str
    more: frozenset[str] = frozenset()
    text: list[str] = field(default_factory=list)
    length: int = 0
    opened: list[_Open] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)


def utf16(text: str) -> int:
    """A length in the unit of Telegram's offsets."""
    return len(text.encode("utf-16-le")) // 2


def read_html(source: str, more: frozenset[str] = frozenset()) -> Words:
    """The words of a text sent as HTML, in which these tags are known too; raises MarkupError as the server would."""
    reader = _Reader(source, more)
    at = 0
    while at < len(source):
        match = _TAG.match(source, at) if source[at] == "<" else None
        if match:
            _close(reader, match) if match[1] else _open(reader, match)
            at = match.end()
        elif source[at] == "<":
            raise MarkupError(_refused("Unclosed or unsupported start tag", source, at))
        else:
            stop = source.find("<", at) if "<" in source[at:] else len(source)
            _add(reader, source[at:stop])
            at = stop
    if reader.opened:
        tag = reader.opened[-1].tag
        raise MarkupError(f"Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"{tag}\"")
    return Words("".join(reader.text), tuple(reader.entities))


def _open(reader: _Reader, match: re.Match[str]) -> None:
    tag = match[2].lower()
    if tag not in ENTITIES and tag not in reader.more:
        raise MarkupError(_refused(f'Unsupported start tag "{tag}"', reader.source, match.start()))
    attributes = {name.lower(): value.strip("\"'") for name, value in _ATTRIBUTE.findall(match[3])}
    if unknown := attributes.keys() - ATTRIBUTES.get(tag, set()):
        raise MarkupError(_refused(f'Unsupported attribute {unknown} of tag "{tag}"', reader.source, match.start()))
    if tag == "span" and attributes.get("class") != "tg-spoiler":
        raise MarkupError(_refused('Tag "span" must have class "tg-spoiler"', reader.source, match.start()))
    if tag == "blockquote" and any(one.tag == "blockquote" for one in reader.opened):
        raise MarkupError(_refused("Nested blockquote", reader.source, match.start()))
    reader.opened.append(_Open(tag, attributes, reader.length))


def _close(reader: _Reader, match: re.Match[str]) -> None:
    tag = match[2].lower()
    if not reader.opened:
        raise MarkupError(_refused("Unexpected end tag", reader.source, match.start()))
    opened = reader.opened.pop()
    if tag and tag != opened.tag:
        where = _refused("Unmatched end tag", reader.source, match.start())
        raise MarkupError(f'{where}, expected "</{opened.tag}>", found "</{tag}>"')
    if opened.tag in reader.more:
        return
    kind = "expandable_blockquote" if "expandable" in opened.attributes else ENTITIES[opened.tag]
    if length := reader.length - opened.start:
        entity: dict[str, Any] = {"type": kind, "offset": opened.start, "length": length}
        if kind == "text_link":
            entity["url"] = opened.attributes.get("href", "")
        reader.entities.append(entity)


def _add(reader: _Reader, source: str) -> None:
    words = _ENTITY.sub(lambda found: html.unescape(found[0]), source)
    reader.text.append(words)
    reader.length += utf16(words)


def _refused(what: str, source: str, at: int) -> str:
    return f"Bad Request: can't parse entities: {what} at byte offset {len(source[:at].encode())}"
