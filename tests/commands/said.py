"""What a message says, line by line, and what every figure in it owes to its reader."""

import re
from collections import Counter
from collections.abc import Iterator

from bot.messages.model import Block, Document, Heading, Line, Message, Paragraph, Picture, Span, Style, Table
from bot.subscriptions import Language

DATED = {
    Language.ZH: re.compile(r"（(?:\d{4}-)?\d\d-\d\d(?:，暂估)?）"),
    Language.EN: re.compile(r" \((?:\d{4}-)?\d\d-\d\d(?:, estimate)?\)"),
}
"""A date as it stands behind figures."""

ESTIMATE = {Language.ZH: "暂估", Language.EN: "estimate"}

_DATE = re.compile(r"(?:\d{4}-)?\d\d-\d\d")
_DIGIT = re.compile(r"\d")
_AMOUNT = re.compile(r"(?<![\d超])(?<!more than )[\d,]+(?:\.\d+)?(?:[万亿]元|%|(?:bn|m)\b)")


def said(message: Message) -> list[str]:
    """Every line of a message in reading order, cells of a table joined by blanks."""
    return [one for block in message.blocks for one in _lines(block)]


def commands(message: Message) -> list[str]:
    """What its buttons say."""
    return [button.command for row in message.buttons for button in row]


def labels(message: Message) -> list[str]:
    """What stands on its buttons."""
    return [button.label for row in message.buttons for button in row]


def words(message: Message) -> str:
    """The whole message as one text."""
    return "\n".join(said(message))


def lines(message: Message) -> Iterator[Line]:
    """The lines of its paragraphs."""
    for block in message.blocks:
        if isinstance(block, Paragraph):
            yield from block.lines


def section(message: Message, title: str) -> list[str]:
    """The lines under the headings whose text holds `title`, up to the next heading."""
    found, inside = list[str](), False
    for block in message.blocks:
        if isinstance(block, Heading):
            inside = title in block.text
        elif inside:
            found += _lines(block)
    return found


def paragraph_of(message: Message, code: str) -> list[str]:
    """The lines of the first paragraph that opens with the card of a fund."""
    for block in message.blocks:
        if isinstance(block, Paragraph) and Span(code, Style.CODE) in block.lines[0].spans:
            return [one.text for one in block.lines]
    raise AssertionError(f"no paragraph is about {code}")


def headings(message: Message) -> list[str]:
    """The titles of its sections."""
    return [block.text for block in message.blocks if isinstance(block, Heading)]


def funds_in(texts: list[str]) -> list[str]:
    """Codes of the cards whose heads are among the lines, in their order."""
    return [found[1] for one in texts if (found := re.match(r"(?:\S+ )?(\d{6})  ", one))]


def repeated(card: list[str]) -> list[str]:
    """Amounts and ratios that stand in the lines of a card more than once."""
    told = Counter(each for one in card[1:] for each in _AMOUNT.findall(one))
    return [each for each, times in told.items() if times > 1]


def holds_figures(text: str) -> bool:
    """Whether digits are left once dates are taken out."""
    return bool(_DIGIT.search(_DATE.sub("", text)))


def is_dated(text: str, language: Language) -> bool:
    """Whether a date stands at the end, behind the figures that it is about."""
    found = list(DATED[language].finditer(text))
    return bool(found) and found[-1].end() == len(text)


def undated(message: Message, language: Language) -> list[str]:
    """Points with figures and no date; headings, notices and names are no points."""
    return [
        one.text
        for one in lines(message)
        if one.indent and holds_figures(one.text) and not is_dated(one.text, language)
    ]


def _lines(block: Block) -> list[str]:
    match block:
        case Heading():
            return [block.text]
        case Paragraph():
            return [one.text for one in block.lines]
        case Table():
            return [" ".join(block.header), *(" ".join(cell.text for cell in row) for row in block.rows)]
        case Picture():
            return [block.alt]
        case Document():
            return [f"{block.name} {block.about}"]
