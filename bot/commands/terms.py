"""How often and until when a rule is told, as people say it: 每次, 冷却 5, 上限 10, 到期 2026-12-31."""

import re
from dataclasses import replace
from datetime import date
from enum import StrEnum

from bot.commands.base import SaidWrongError
from bot.messages.catalogue import Catalogue
from bot.rules import RuleMode, Telling

COOLDOWN_MAX_SESSIONS = 250
CAP_MAX = 50


class Term(StrEnum):
    """What can be said of how a rule is told."""

    EDGE = "edge"
    LEVEL = "level"
    COOLDOWN = "cooldown"
    CAP = "cap"
    UNTIL = "until"


_WORDS = {
    **dict.fromkeys(("首次", "新成立", "edge", "once"), Term.EDGE),
    **dict.fromkeys(("每次", "每天", "level", "every"), Term.LEVEL),
    **dict.fromkeys(("冷却", "间隔", "cooldown"), Term.COOLDOWN),
    **dict.fromkeys(("上限", "cap", "limit"), Term.CAP),
    **dict.fromkeys(("到期", "until", "expires"), Term.UNTIL),
}
_NEVER = frozenset({"无", "不限", "永久", "never", "none"})
_PIECE = re.compile(
    "|".join([*sorted(_WORDS, key=len, reverse=True), r"\d+(?:-\d+)*", r"[^\s\d,;，；]+"]), re.IGNORECASE
)


def begins_with_term(text: str) -> bool:
    """Whether a text speaks of how a rule is told."""
    first = _PIECE.match(text.strip())
    return first is not None and first[0].lower() in _WORDS


def told_by(text: str, telling: Telling, today: date, texts: Catalogue) -> Telling:
    """The telling with what the text says of it changed; raises SaidWrongError that names the word at fault.

    Who wants to hear of a rule on each session does not mean a pause between them, unless he says one.
    """
    pieces = [one.lower() for one in _PIECE.findall(text)]
    while pieces:
        word = pieces.pop(0)
        match _WORDS.get(word):
            case Term.EDGE:
                telling = replace(telling, mode=RuleMode.EDGE)
            case Term.LEVEL:
                telling = replace(telling, mode=RuleMode.LEVEL, cooldown_sessions=0)
            case Term.COOLDOWN:
                telling = replace(telling, cooldown_sessions=_count(word, pieces, 0, COOLDOWN_MAX_SESSIONS, texts))
            case Term.CAP:
                telling = replace(telling, daily_cap=_count(word, pieces, 1, CAP_MAX, texts))
            case Term.UNTIL:
                telling = replace(telling, expires_on=_last_day(word, pieces, today, texts))
            case _:
                raise SaidWrongError(texts.text("rule-term-unknown", word=word))
    return telling


def terms_text(telling: Telling, usual: Telling, texts: Catalogue) -> str:
    """What is not usual of a telling, as `told_by` reads it again behind a rule; empty where all is."""
    said = []
    if telling.mode is RuleMode.LEVEL:
        said.append(texts.text("rule-word-level"))
    silent = 0 if telling.mode is RuleMode.LEVEL else usual.cooldown_sessions
    if telling.cooldown_sessions != silent:
        said.append(texts.text("rule-word-cooldown", count=str(telling.cooldown_sessions)))
    if telling.daily_cap != usual.daily_cap:
        said.append(texts.text("rule-word-cap", count=str(telling.daily_cap)))
    if telling.expires_on is not None:
        said.append(texts.text("rule-word-until", day=telling.expires_on.isoformat()))
    return " ".join(said)


def _count(word: str, pieces: list[str], least: int, most: int, texts: Catalogue) -> int:
    said = pieces.pop(0) if pieces else ""
    if not said.isdecimal() or not least <= int(said) <= most:
        raise SaidWrongError(texts.text("rule-term-count", word=word, least=str(least), most=str(most)))
    if pieces and pieces[0] in ("日", "天", "只", "个交易日", "sessions", "session", "days", "funds"):
        pieces.pop(0)
    return int(said)


def _last_day(word: str, pieces: list[str], today: date, texts: Catalogue) -> date | None:
    said = pieces.pop(0) if pieces else ""
    if said in _NEVER:
        return None
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise SaidWrongError(texts.text("rule-term-day", word=word, example=f"{today.year}-12-31")) from None
    if day < today:
        raise SaidWrongError(texts.text("rule-term-past", day=said))
    return day
