"""A rule is tried out and offered to be saved; what is no rule is answered with what is wrong, and where."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date

from bot.commands.base import SaidWrongError, Talk
from bot.commands.chats import blank
from bot.commands.terms import told_by
from bot.messages.model import Button, Message, Paragraph, line, paragraph
from bot.messages.names import Named
from bot.messages.rules import marked
from bot.messages.sentences import Teller
from bot.messages.trials import Tried, trial_blocks
from bot.rules import EVERYWHERE, OwnRule, RuleDraft, Telling
from bot.rulings import scope_codes
from bot.store.watchlists import Watchlist
from signals.core.detector import WINDOW_SESSIONS
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.text import Text
from signals.rules import Rule, RuleError, dry_run, parse

SHARED = "rule_"
"""Begins the word behind `/start` in a link to a rule: ``rule_ID_TOKEN``."""

CLAUSE = ";"
"""Stands between a rule and how it is told."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A rule that was tried out, and the number of its draft."""

    draft_id: int
    tried: Tried
    panel: Panel


def usual_telling(talk: Talk) -> Telling:
    """How a new rule is told."""
    plan = talk.desk.world.rules.plan
    return Telling(cooldown_sessions=plan.cooldown_sessions, daily_cap=plan.daily_cap)


def link_word(rule: OwnRule) -> str:
    """What a link to a shared rule says behind `/start`."""
    return f"{SHARED}{rule.id}_{rule.token}"


def fault_lines(error: RuleError, text: str, talk: Talk) -> Paragraph:
    """What is wrong with a text, and where."""
    lines = [line(talk.texts.of(error.text))]
    if text.strip():
        lines.append(marked(text, error.word, error.position))
    return Paragraph(tuple(lines))


async def offer(talk: Talk, said: str, *, number: int | None = None, telling: Telling | None = None) -> Message:
    """Try a rule out and show what came of it, with the buttons to save it or not; or say what is wrong with it.

    Behind a semicolon may stand how it is told. With `number` it is to replace the condition of that rule.
    """
    try:
        made = await tried_out(talk, said, number=number, telling=telling)
    except RuleError as error:
        return Message(
            blocks=(fault_lines(error, said.partition(CLAUSE)[0], talk), paragraph(talk.texts.text("rule-help")))
        )
    named = Named(made.panel.profiles)
    teller = Teller(talk.language, talk.desk.world.detectors, talk.today, named)
    keep, leave = ("rule-replace", "rule-leave") if number is not None else ("rule-save", "rule-cancel")
    buttons = (
        Button(talk.texts.text(keep), f"/rule save {made.draft_id}"),
        Button(talk.texts.text(leave), f"/rule cancel {made.draft_id}"),
    )
    return Message(blocks=trial_blocks(made.tried, teller, named, talk.today, demo=made.panel.demo), buttons=(buttons,))


async def offer_shared(talk: Talk, word: str) -> Message:
    """Offer the rule that a link leads to; raises SaidWrongError where it leads nowhere."""
    rule_id, _, token = word.removeprefix(SHARED).partition("_")
    known = rule_id.isdecimal() and len(rule_id) < 18
    shared = await talk.desk.world.store.rules.shared(int(rule_id), token) if known else None
    if shared is None:
        raise SaidWrongError(talk.texts.text("rule-link-dead"))
    last = shared.telling.expires_on
    over = last is not None and last < talk.today
    return await offer(talk, shared.said, telling=replace(shared.telling, expires_on=None if over else last))


async def tried_out(talk: Talk, said: str, *, number: int | None = None, telling: Telling | None = None) -> Offer:
    """Read a rule, lay it over the past and keep it as a draft; raises RuleError and SaidWrongError."""
    text, _, terms = said.partition(CLAUSE)
    how = told_by(terms, telling or usual_telling(talk), talk.today, talk.texts)
    store, rulings = talk.desk.world.store, talk.desk.world.rules
    lists = await store.watchlists.all()
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    rule = await asyncio.to_thread(lambda: parse(text, rulings.vocabulary(panel.profiles, lists)))
    tried = await _laid_over(talk, rule, panel, lists, how)
    draft = RuleDraft(
        channel=talk.incoming.channel,
        chat=talk.incoming.address.chat,
        thread=talk.incoming.address.thread,
        number=number,
        text=rule.whole,
        said=text.strip(),
        telling=how,
        share=tried.trial.share,
        day=tried.trial.today[0].day if tried.trial.today else None,
        codes=_seen(tried),
    )
    return Offer(draft_id=await store.rules.draft(draft, talk.now), tried=tried, panel=panel)


async def _laid_over(talk: Talk, rule: Rule, panel: Panel, lists: list[Watchlist], how: Telling) -> Tried:
    """The trial, over a longer past where the kept one is too short for the rule's windows; one such at a time."""
    world = talk.desk.world
    sessions = world.rules.plan.trial_sessions + rule.sessions
    if sessions <= WINDOW_SESSIONS or not panel.sessions:
        return await asyncio.to_thread(_tried, talk, rule, panel, lists, how)
    async with world.rules.trying:
        longer = await world.store.market.panel(world.calendar, panel.sessions[-1], talk.now, sessions)
        return await asyncio.to_thread(_tried, talk, rule, longer, lists, how)


def _tried(talk: Talk, rule: Rule, panel: Panel, lists: list[Watchlist], how: Telling) -> Tried:
    plan = talk.desk.world.rules.plan
    if rule.axis is Axis.FUND:
        codes = scope_codes(
            rule, panel.profiles, {one.name: frozenset(one.codes) for one in lists}, talk.subscription or blank(talk)
        )
    else:
        codes = frozenset(panel.subjects[Axis.FUND][:1])
    trial = dry_run(rule, panel, plan.trial_sessions, codes)
    return Tried(
        rule=rule,
        trial=trial,
        funds=len(codes),
        last=_last_known(rule, panel),
        absurd=trial.share > plan.absurd_share,
        telling=how,
        titles={one.name: talk.texts.of(Text(one.title_zh, one.title_en)) for one in lists},
    )


def _last_known(rule: Rule, panel: Panel) -> date | None:
    """The newest session whose figures are out."""
    row = panel.fresh_row(rule.needs)
    return None if row is None else panel.sessions[row]


def _seen(tried: Tried) -> tuple[str, ...]:
    if tried.rule.axis is Axis.FUND:
        return tuple(one.fund for one in tried.trial.today)
    return (EVERYWHERE,) if tried.trial.today else ()
