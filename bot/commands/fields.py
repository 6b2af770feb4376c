"""Fields: what a rule may speak of, with unit, meaning, and when it is out."""

from itertools import groupby

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.messages.catalogue import Catalogue
from bot.messages.model import Block, Heading, Line, Message, Paragraph, code, line, muted, paragraph, strong
from signals.core.field import Axis
from signals.core.quantity import Freshness, Quantity
from signals.core.text import Text
from signals.core.vocabulary import fields as quantities
from signals.rules.units import dimension_of

_UNFOLDED = 12
"""A list that is no longer than this is read at once."""


@command(
    "fields",
    "字段",
    "指标",
    rank=17,
    about=Text("规则里可以用的指标", "What a rule may speak of"),
    usage=Text("溢价", "premium"),
    chapter=Chapter.RULES,
    right=Right.ANYONE,
)
async def fields(talk: Talk) -> Message:
    """All quantities by what they are about and when they are out, or those whose names hold a word."""
    word = " ".join(talk.words).lower()
    found = [one for one in quantities() if not word or any(word in name.lower() for name in _names(one))]
    if not found:
        raise SaidWrongError(talk.texts.text("fields-unknown", word=word))
    blocks: list[Block] = [Heading(talk.texts.text("fields-title"), 1)]
    for (axis, freshness), group in groupby(sorted(found, key=_place), key=lambda one: (one.axis, one.freshness)):
        when = talk.texts.text(f"freshness-{freshness}")
        blocks.append(
            Heading(talk.texts.text("fields-group", of=talk.texts.text(f"fields-axis-{axis.value}"), when=when))
        )
        lines = tuple(_line(one, talk.texts) for one in group)
        blocks.append(Paragraph(lines, folded=len(found) > _UNFOLDED))
    return Message(blocks=(*blocks, paragraph(line(muted(talk.texts.text("fields-hint"))))))


def _names(one: Quantity) -> tuple[str, ...]:
    return (one.name, one.label.zh, one.label.en, *one.words, *one.opposite)


def _place(one: Quantity) -> tuple[int, int]:
    return [Axis.FUND, Axis.INDEX, Axis.MARKET].index(one.axis), list(Freshness).index(one.freshness)


def _line(one: Quantity, texts: Catalogue) -> Line:
    unit = texts.of(dimension_of(one.unit).words)
    about = texts.text("fields-about", unit=unit, meaning=texts.of(one.meaning))
    return line(strong(texts.of(one.label)), " ", code(one.name), about)
