"""A chat's saved rules: found by their numbers, put into words, with the buttons that change them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.commands.base import SaidWrongError, Talk
from bot.commands.offering import CLAUSE, usual_telling
from bot.commands.terms import terms_text
from bot.messages.model import Button, Line, Message, Paragraph, code, line, muted, strong
from bot.messages.rules import state_text, telling_text
from bot.rules import OwnRule, RuleMode, RuleState
from signals.core.field import Axis
from signals.rules import RuleError, parse

_ROWS_OF_BUTTONS = 8
"""With more rules a list has one button for each: a screen holds only so many."""
_BUTTONS_A_ROW = 5


async def all_mine(talk: Talk) -> list[OwnRule]:
    """The rules of the chat; none where it never subscribed."""
    return await talk.desk.world.store.rules.of(talk.subscription.id) if talk.subscription else []


async def mine_of(talk: Talk, number: int) -> OwnRule:
    """The chat's rule of this number, also one that it has deleted; raises SaidWrongError where there is none."""
    found = await talk.desk.world.store.rules.find(talk.subscription.id, number) if talk.subscription else None
    if found is None:
        raise SaidWrongError(talk.texts.text("rule-no-such", number=str(number)))
    return found


async def card(talk: Talk, mine: OwnRule) -> Message:
    """One rule with everything that can be done to it."""
    (meaning,) = await meanings(talk, [mine])
    rows = tuple(row for row in buttons_of(talk, mine) if row)
    return Message(blocks=(Paragraph(tuple(rule_lines(talk, mine, meaning))),), buttons=rows)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A saved rule in words, and whether it holds for all funds alike."""

    said: str
    alike: bool = False


async def meanings(talk: Talk, mine: Sequence[OwnRule]) -> list[Meaning]:
    """Each rule in words; what is wrong with it where its names are gone."""
    lists = await talk.desk.world.store.watchlists.all()
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    rulings = talk.desk.world.rules

    def meaning(one: OwnRule) -> Meaning:
        try:
            read = parse(one.text, rulings.vocabulary(panel.profiles, lists))
        except RuleError as error:
            return Meaning(talk.texts.text("rule-unreadable", why=talk.texts.of(error.text)))
        return Meaning(talk.texts.of(read.explanation), read.axis is not Axis.FUND)

    return await asyncio.to_thread(lambda: [meaning(one) for one in mine])


def rule_lines(talk: Talk, mine: OwnRule, meaning: Meaning) -> list[Line]:
    """A rule in words, as it was written, and how it is told."""
    texts = talk.texts
    state = state_text(mine.state, texts)
    head = texts.text("rules-head", number=str(mine.number), said=meaning.said)
    return [
        line(strong(head), *((muted(texts.text("rule-state", state=state)),) if state else ())),
        line(code(mine.said), indent=1),
        line(muted(telling_text(mine.telling, texts, alike=meaning.alike)), indent=1),
    ]


def press(mine: OwnRule, what: str) -> str:
    """What a button says of a rule."""
    return f"/rule {mine.number} {what}"


def buttons_of(talk: Talk, mine: OwnRule) -> tuple[tuple[Button, ...], tuple[Button, ...]]:
    """What can be done with a rule: the usual things, and the rest."""
    texts, level = talk.texts, mine.telling.mode is RuleMode.LEVEL
    if mine.state is RuleState.DELETED:
        return ((Button(texts.text("rule-undo"), press(mine, "resume")),), ())
    active = mine.state is RuleState.ACTIVE
    return (
        (
            Button(texts.text("rule-pause" if active else "rule-resume"), press(mine, "pause" if active else "resume")),
            Button(texts.text("rule-edit"), press(mine, "edit")),
            Button(texts.text("rule-delete"), press(mine, "delete")),
        ),
        (
            Button(
                texts.text("rule-edge-button" if level else "rule-level-button"),
                press(mine, "edge" if level else "level"),
            ),
            Button(texts.text("rule-share"), press(mine, "share")),
        ),
    )


def list_buttons(talk: Talk, mine: Sequence[OwnRule]) -> tuple[tuple[Button, ...], ...]:
    """A row of what can be done with each rule; of many rules one button for each."""
    if len(mine) > _ROWS_OF_BUTTONS:
        return in_rows([Button(f"#{one.number}", f"/rule {one.number}") for one in mine])
    rows = [buttons_of(talk, one)[0] for one in mine]
    return tuple(
        tuple(replace(each, label=f"#{one.number} {each.label}") for each in row)
        for one, row in zip(mine, rows, strict=True)
    )


def in_rows(buttons: Sequence[Button]) -> tuple[tuple[Button, ...], ...]:
    """Buttons side by side, a few to a row."""
    return tuple(tuple(buttons[at : at + _BUTTONS_A_ROW]) for at in range(0, len(buttons), _BUTTONS_A_ROW))


def exported(talk: Talk, one: OwnRule) -> str:
    """A rule as a line that can be sent again."""
    terms = terms_text(one.telling, usual_telling(talk), talk.texts)
    return f"/rule {one.said}" + (f"{CLAUSE} {terms}" if terms else "")
