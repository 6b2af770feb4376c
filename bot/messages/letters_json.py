"""Letters as plain data, for what is held back longer than the process lives."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from bot.messages.letters import Letter, Piece, RulePart
from bot.messages.model import Message, Paragraph, from_json, line, paragraph, to_json
from signals.core.calendar import MARKET_ZONE
from signals.core.field import Axis
from signals.core.signal import Subject

_PLAIN = tuple(one.name for one in fields(Piece) if one.name not in ("subject", "head", "at"))


def letter_to_json(letter: Letter) -> dict[str, Any]:
    """A letter as plain data."""
    return {
        "at": letter.at.isoformat(),
        "pieces": [_piece_to_json(one) for one in letter.pieces],
        "rules": [_rules_to_json(one) for one in letter.rules],
        "silent": letter.silent,
        "demo": letter.demo,
    }


def letter_from_json(data: dict[str, Any]) -> Letter:
    """The letter that `letter_to_json` wrote."""
    return Letter(
        at=_moment(data["at"]),
        pieces=tuple(map(_piece_from_json, data["pieces"])),
        rules=tuple(map(_rules_from_json, data["rules"])),
        silent=data["silent"],
        demo=data["demo"],
    )


def _piece_to_json(one: Piece) -> dict[str, Any]:
    head = to_json(Message(blocks=(paragraph(line(*one.head)),)))
    return {name: getattr(one, name) for name in _PLAIN} | {
        "axis": one.subject.axis.value,
        "code": one.subject.code,
        "head": head,
        "at": one.at.isoformat(),
    }


def _piece_from_json(data: dict[str, Any]) -> Piece:
    (head,) = _paragraphs(data["head"])
    return Piece(
        **{name: data[name] for name in _PLAIN},
        subject=Subject(Axis(data["axis"]), data["code"]),
        head=head.lines[0].spans,
        at=_moment(data["at"]),
    )


def _rules_to_json(one: RulePart) -> dict[str, Any]:
    blocks = to_json(Message(blocks=one.blocks))
    return {"at": one.at.isoformat(), "blocks": blocks, "funds": [list(fund) for fund in one.funds]}


def _rules_from_json(data: dict[str, Any]) -> RulePart:
    funds = tuple((code, name) for code, name in data["funds"])
    return RulePart(at=_moment(data["at"]), blocks=_paragraphs(data["blocks"]), funds=funds)


def _paragraphs(data: dict[str, Any]) -> tuple[Paragraph, ...]:
    return tuple(one for one in from_json(data).blocks if isinstance(one, Paragraph))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(MARKET_ZONE)
