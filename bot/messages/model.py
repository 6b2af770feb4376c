"""A message as blocks of styled lines; it knows no channel and no markup."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias

from bot.messages.shelf import Shelf

_NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})


class Style(StrEnum):
    """How a piece of text is meant; each channel shows it in its own way or not at all."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    UP = "up"
    """A rise or an inflow; red for Chinese readers."""
    DOWN = "down"
    CODE = "code"
    """Something to copy or type: a fund code, a command."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line in one style; raw text, never markup."""

    text: str
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a channel may wrap it but never ends a message inside it while it fits into one."""

    spans: tuple[Span, ...]
    indent: int = 0
    """Depth below the line before it: 1 = a point under it."""

    @property
    def text(self) -> str:
        """The words without their styles."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Heading:
    """Opens a message or a section of it; level 1 is the message's own title."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[Line, ...]
    folded: bool = False
    """The long tail: shown folded where a channel can fold."""


@dataclass(frozen=True, slots=True)
class Table:
    """A small table; channels without tables print one line per row."""

    header: tuple[str, ...]
    rows: tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished picture; channels that show none say what would be seen in it."""

    png: bytes = field(repr=False)
    alt: str
    """What is seen in it, in a sentence; stands under it where a channel writes under pictures."""
    dark: bytes = field(default=b"", repr=False)
    """The same for readers who look at a dark page; empty = there is none."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as the file's own header tells them."""
        return int.from_bytes(self.png[16:20]), int.from_bytes(self.png[20:24])


@dataclass(frozen=True, slots=True)
class Document:
    """A file to keep: a set-up, a report."""

    name: str
    """File name with its ending."""
    data: bytes = field(repr=False)
    about: str = ""
    """What is in it, in a few words, for channels that send no files."""


Block: TypeAlias = Heading | Paragraph | Table | Picture | Document


class Look(StrEnum):
    """How a button is coloured where a channel can."""

    PLAIN = "plain"
    GOOD = "good"
    """What most people want to press: save, subscribe."""
    DANGER = "danger"
    """What cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it says the command in the reader's name."""

    label: str
    command: str
    look: Look = Look.PLAIN
    copies: bool = False
    """Pressing it copies `command` for pasting elsewhere, and says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Blocks in reading order and the buttons under them."""

    blocks: tuple[Block, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()
    """Rows of buttons."""
    silent: bool = False
    """Arrives without a sound where the channel can."""
    in_place: bool = False
    """Answers a button by taking the place of the message that the button stands under, where the channel can edit."""
    rich: bool = False
    """The reader wants tables as real tables, where the channel can."""
    pinned: bool = False
    """Stands pinned in the chat until the next one of the kind, where the channel can."""
    afresh: bool = False
    """What was said in the chat before is not kept any more: where the channel shows it from our store, it is gone."""


def line(*pieces: str | Span, indent: int = 0) -> Line:
    """A line of spans; bare text is plain."""
    return Line(tuple(Span(one) if isinstance(one, str) else one for one in pieces), indent)


def strong(text: str) -> Span:
    """Text that stands out."""
    return Span(text, Style.STRONG)


def muted(text: str) -> Span:
    """Text that stands back."""
    return Span(text, Style.MUTED)


def code(text: str) -> Span:
    """Text to copy or type."""
    return Span(text, Style.CODE)


def paragraph(*lines: Line | str, folded: bool = False) -> Paragraph:
    """A paragraph of lines; bare text is a plain line."""
    return Paragraph(tuple(line(one) if isinstance(one, str) else one for one in lines), folded)


def plain(text: str) -> Message:
    """A message of plain lines."""
    return Message(blocks=(paragraph(*text.splitlines()),))


_SELDOM = ("rich", "pinned", "afresh")
"""Written only where they are so."""


def to_json(message: Message, shelf: Shelf | None = None) -> dict[str, Any]:
    """A message as plain data, for a delivery that outlives the process.

    Its pictures stand in it, or on the shelf, where there is one, and their names in it.
    """
    told = {
        "blocks": [_block_to_json(block, shelf) for block in message.blocks],
        "buttons": [[_button_to_json(button) for button in row] for row in message.buttons],
        "silent": message.silent,
    }
    return told | {name: True for name in _SELDOM if getattr(message, name)}


def from_json(data: dict[str, Any], pictures: Mapping[str, bytes] = _NO_PICTURES) -> Message:
    """The message that `to_json` wrote; raises KeyError or ValueError on anything else.

    `pictures` are those that were put aside; of one that is not among them its words are left.
    """
    try:
        return Message(
            blocks=tuple(_block_from_json(block, pictures) for block in data["blocks"]),
            buttons=tuple(tuple(_button_from_json(button) for button in row) for row in data["buttons"]),
            silent=bool(data["silent"]),
            **{name: True for name in _SELDOM if data.get(name)},
        )
    except TypeError as error:
        raise ValueError(f"this is no message: {error}") from None


def put_aside(data: dict[str, Any], shelf: Shelf) -> dict[str, Any]:
    """What `to_json` wrote, with the names of its pictures in their place; other data as it is."""
    if not any("png" in block for block in data.get("blocks", ())):
        return data
    return {**data, "blocks": [_aside(block, shelf) if "png" in block else block for block in data["blocks"]]}


def brought_back(data: dict[str, Any], pictures: Mapping[str, bytes]) -> dict[str, Any]:
    """The same with the pictures in their place again, or the words of one that is lost."""
    if not any("picture" in block for block in data.get("blocks", ())):
        return data
    return {**data, "blocks": [_back(block, pictures) if "picture" in block else block for block in data["blocks"]]}


def picture_names(data: dict[str, Any]) -> set[str]:
    """The names of the pictures that plain data wants brought back."""
    blocks = [block for block in data.get("blocks", ()) if "picture" in block]
    return {block[kind] for block in blocks for kind in ("picture", "dark") if block[kind]}


def _aside(block: dict[str, Any], shelf: Shelf) -> dict[str, Any]:
    return _block_to_json(_block_from_json(block), shelf)


def _back(block: dict[str, Any], pictures: Mapping[str, bytes]) -> dict[str, Any]:
    return _block_to_json(_block_from_json(block, pictures))


def _button_to_json(button: Button) -> list[Any]:
    """Label and command; a look and whether it copies only where they say something."""
    told: list[Any] = [button.label, button.command]
    if button.look is not Look.PLAIN or button.copies:
        told += [str(button.look), button.copies]
    return told


def _button_from_json(data: list[Any]) -> Button:
    label, command, *rest = data
    return Button(label, command, Look(rest[0]), bool(rest[1])) if rest else Button(label, command)


def _block_to_json(block: Block, shelf: Shelf | None = None) -> dict[str, Any]:
    match block:
        case Heading():
            return {"heading": block.text, "level": block.level}
        case Paragraph():
            return {
                "lines": [{"spans": _spans_to_json(one.spans), "indent": one.indent} for one in block.lines],
                "folded": block.folded,
            }
        case Table():
            return {"header": list(block.header), "rows": [_spans_to_json(row) for row in block.rows]}
        case Picture() if shelf is not None:
            return {"picture": shelf.put(block.png), "alt": block.alt, "dark": shelf.put(block.dark)}
        case Picture():
            png, dark = (b64encode(one).decode("ascii") for one in (block.png, block.dark))
            return {"png": png, "alt": block.alt, "dark": dark}
        case Document():
            return {"file": block.name, "data": b64encode(block.data).decode("ascii"), "about": block.about}


def _block_from_json(data: dict[str, Any], pictures: Mapping[str, bytes] = _NO_PICTURES) -> Block:
    if "heading" in data:
        return Heading(data["heading"], data["level"])
    if "lines" in data:
        lines = tuple(Line(_spans_from_json(one["spans"]), one["indent"]) for one in data["lines"])
        return Paragraph(lines, data["folded"])
    if "png" in data:
        png, dark = (b64decode(data[name], validate=True) for name in ("png", "dark"))
        return Picture(png, data["alt"], dark)
    if "picture" in data:
        light, alt = pictures.get(data["picture"]), data["alt"]
        return Picture(light, alt, pictures.get(data["dark"], b"")) if light else paragraph(line(muted(alt)))
    if "file" in data:
        return Document(data["file"], b64decode(data["data"], validate=True), data["about"])
    return Table(tuple(data["header"]), tuple(_spans_from_json(row) for row in data["rows"]))


def _spans_to_json(spans: Iterable[Span]) -> list[list[str]]:
    return [[span.text, str(span.style)] for span in spans]


def _spans_from_json(data: list[list[str]]) -> tuple[Span, ...]:
    return tuple(Span(text, Style(style)) for text, style in data)
