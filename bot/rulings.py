"""What subscribers' rules say of a session: all of them judged at once, and what of it is news to whom."""

import asyncio
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np
import structlog

from bot.rules import EVERYWHERE, OwnRule, RuleFinding, RuleHit, RuleMode, RuleNews
from bot.store.database import Database
from bot.store.watchlists import Watchlist
from bot.subscriptions import ALL_FUNDS, Subscription
from signals.core.field import Axis, Unit
from signals.core.matrix import Bools, Floats
from signals.core.panel import Panel
from signals.core.profile import Profile
from signals.rules import Rule, RuleBook, RuleError, Vocabulary, parse, prepare
from signals.rules.book import Pairs
from signals.rules.evaluate import Evaluation, evidence_of
from signals.rules.trial import ABSURD_SHARE, evidence

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Memory:
    """What was told before, by rule and code."""

    last: Mapping[tuple[int, str], date]
    """On which session before the one that is judged, of those that matter."""
    today: frozenset[tuple[int, str]]
    """Of that session itself."""


@dataclass(frozen=True, kw_only=True)
class RulePlan:
    """How many rules a subscriber may have, and what a new one starts with."""

    max_rules: int = 20
    cooldown_sessions: int = 5
    daily_cap: int = 10
    absurd_share: float = ABSURD_SHARE
    """A rule that holds on more of the fund-days is saved at the second word only."""
    trial_sessions: int = 250


@dataclass(frozen=True, slots=True)
class _Watched:
    """A rule as it is judged: read, with the funds that it concerns (None = it holds for all alike)."""

    own: OwnRule
    rule: Rule
    scope: frozenset[str] | None


class Rulings:
    """Judges all rules in force; keeps what it has read and compiled until they or the market's names change."""

    def __init__(self, plan: RulePlan | None = None) -> None:
        self.plan = plan or RulePlan()
        self.trying = asyncio.Lock()
        """Held while a rule is tried out on a longer past than is kept: that takes room."""
        self._names: tuple[object, Vocabulary] | None = None
        self._read: dict[str, Rule] = {}
        self._book: tuple[list[tuple[str, frozenset[str] | None]], RuleBook] | None = None

    def vocabulary(self, profiles: Mapping[str, Profile], lists: Sequence[Watchlist]) -> Vocabulary:
        """The names that a rule may use on a market, ready to be looked up; built once for as long as they stay."""
        key = (
            [(one.code, one.name, one.index_key, one.index_name) for one in profiles.values()],
            [(one.name, one.title_zh, one.title_en) for one in lists],
        )
        if self._names is None or self._names[0] != key:
            titles = {title: one.name for one in lists for title in (one.title_en, one.title_zh, one.name)}
            made = Vocabulary.of(profiles.values(), titles)
            prepare(made)
            self._names, self._read = (key, made), {}
        return self._names[1]

    async def judge(self, store: Database, panel: Panel, day: date, *, intraday: bool = False) -> RuleNews:
        """What the rules in force have to say of a session and nobody was told; no more than that they are over.

        1. A rule whose last day lies before the session is over, and is not judged.
        2. Rules whose figures are out for the session are judged: those that are told once where they begin to
           hold, the others wherever they hold; each on the funds of its author's scope.
        3. What was told of the session already, or lately of the same fund, is left out.
        4. Beyond the daily cap funds are counted and not named.
        5. What was told by name and is known not to hold on the figures of now, revised since, is taken back.

        While the session trades only rules on its prices are judged, each at every price: told once a day, they
        need not begin to hold just now, and no later price takes one back. Afterwards only the others are.
        """
        own = await store.rules.active(intraday=intraday)
        if not own:
            return RuleNews()
        over = {one.id: one for one in own if one.telling.expires_on is not None and one.telling.expires_on < day}
        live = [one for one in own if one.id not in over]
        people = {one.id: one for one in await store.subscriptions.active()}
        lists = await store.watchlists.all()
        watched = await asyncio.to_thread(self._watched, panel, live, people, lists)
        found = await asyncio.to_thread(self._found, panel, watched, day)
        standing = frozenset() if intraday else await store.rules.standing_on(day)
        withdrawn = await asyncio.to_thread(_withdrawn, panel, watched, standing, day) if standing else ()
        if not found:
            return RuleNews(expired=over, withdrawn=withdrawn)
        row = panel.row(day)
        quiet = max(watched[number].own.telling.cooldown_sessions for number, _ in found)
        memory = _Memory(
            last=await store.rules.last_told(panel.sessions[max(0, row - quiet)], day),
            today=await store.rules.told_on(day),
        )
        findings = await asyncio.to_thread(lambda: tuple(_findings(panel, row, watched, found, memory)))
        return RuleNews(findings=findings, expired=over, withdrawn=withdrawn)

    async def recall(self, store: Database, panel: Panel, day: date) -> list[tuple[OwnRule, tuple[RuleFinding, ...]]]:
        """The rules in force and what each was told of on a session, with its figures as they are known by now."""
        own, told = await store.rules.active(), await store.rules.told_on(day) - await store.rules.withdrawn_on(day)
        lists = await store.watchlists.all() if told else []
        return await asyncio.to_thread(self._recalled, panel, day, own, told, lists)

    def _recalled(
        self,
        panel: Panel,
        day: date,
        own: Sequence[OwnRule],
        told: Collection[tuple[int, str]],
        lists: Sequence[Watchlist],
    ) -> list[tuple[OwnRule, tuple[RuleFinding, ...]]]:
        known, codes = panel.columns[Axis.FUND], defaultdict[int, dict[str, int]](dict)
        for rule_id, code in told:
            if code in known or code == EVERYWHERE:
                codes[rule_id][code] = known.get(code, 0)
        vocabulary = self.vocabulary(panel.profiles, lists) if codes else None
        row = panel.row(day)
        found = []
        for one in own:
            rule = self._parsed(one.text, vocabulary) if vocabulary is not None and one.id in codes else None
            named = one.telling.daily_cap
            news = () if rule is None else tuple(_ordered(one, rule, panel, row, codes[one.id], named=named))
            found.append((one, news))
        return found

    def _watched(
        self,
        panel: Panel,
        own: Sequence[OwnRule],
        people: Mapping[int, Subscription],
        lists: Sequence[Watchlist],
    ) -> list[_Watched]:
        """The rules that can be read, with their funds; one that cannot (a list is gone) is passed over."""
        vocabulary = self.vocabulary(panel.profiles, lists)
        codes = {one.name: frozenset(one.codes) for one in lists}
        read = {one.text: self._parsed(one.text, vocabulary) for one in own}
        self._keep({text: rule for text, rule in read.items() if rule is not None})
        scopes = _Scopes(panel.profiles, codes)
        return [
            _Watched(one, rule, None if rule.axis is not Axis.FUND else scopes.of(rule, people[one.subscription_id]))
            for one in own
            if (rule := read[one.text]) is not None and one.subscription_id in people
        ]

    def _keep(self, read: dict[str, Rule]) -> None:
        """Remember what was read; the few rules that are judged at every price do not push the others out."""
        few = all(rule.intraday for rule in read.values())
        self._read = {**self._read, **read} if few else read

    def _parsed(self, text: str, vocabulary: Vocabulary) -> Rule | None:
        # Polls and digests read side by side, and either may put another memory in this one's place.
        if (known := self._read.get(text)) is not None:
            return known
        try:
            return parse(text, vocabulary)
        except RuleError as error:
            log.warning("a saved rule cannot be read any more", rule=text, why=str(error))
            return None

    def _found(self, panel: Panel, watched: Sequence[_Watched], day: date) -> list[tuple[int, int]]:
        """Places of rules and columns of funds where something is to be told; a column of −1 is all of them."""
        try:
            row = panel.row(day)
            fresh = _fresh(panel, [one.rule for one in watched], row)
            if not fresh.any():
                return []
            return list(_places(watched, self._compiled(watched), panel, row, fresh))
        except Exception:
            log.exception("defect in the rules", day=day.isoformat())
            return []

    def _compiled(self, watched: Sequence[_Watched]) -> RuleBook:
        key = [(one.rule.text, one.scope) for one in watched]
        if self._book is None or self._book[0] != key:
            self._book = key, RuleBook([one.rule for one in watched], [one.scope for one in watched])
        return self._book[1]


class _Scopes:
    """The funds of a rule's scope, worked out once for those who say and follow the same."""

    def __init__(self, profiles: Mapping[str, Profile], lists: Mapping[str, frozenset[str]]) -> None:
        self._profiles = profiles
        self._lists = lists
        self._known: dict[object, frozenset[str]] = {}

    def of(self, rule: Rule, person: Subscription) -> frozenset[str]:
        key = rule.scope if rule.scope.parts else (person.watched, person.watchlists)
        if key not in self._known:
            self._known[key] = scope_codes(rule, self._profiles, self._lists, person)
        return self._known[key]


def scope_codes(
    rule: Rule, profiles: Mapping[str, Profile], lists: Mapping[str, frozenset[str]], person: Subscription | None
) -> frozenset[str]:
    """The funds that a rule concerns when this subscriber (None = nobody yet) has it."""
    own: Collection[str] = person.funds(lists) if person else ()
    return rule.scope.codes(profiles, lists, profiles.keys() if ALL_FUNDS in own else own)


def _fresh(panel: Panel, rules: Sequence[Rule], row: int) -> Bools:
    """Which rules rest on figures that are out for a session."""
    known = {needs: panel.fresh_row(needs) == row for needs in {one.needs for one in rules}}
    return np.array([known[one.needs] for one in rules], dtype=np.bool_)


def _places(
    watched: Sequence[_Watched], book: RuleBook, panel: Panel, row: int, fresh: Bools
) -> Iterator[tuple[int, int]]:
    level = np.array([one.own.telling.mode is RuleMode.LEVEL or one.rule.intraday for one in watched], dtype=np.bool_)
    alike = np.array([one.scope is None for one in watched], dtype=np.bool_)
    for wanted, look in ((fresh & ~level, book.newly), (fresh & level, book.firing)):
        if not wanted.any():
            continue
        pairs: Pairs = look(panel, row)
        each = wanted[pairs.rules] & ~alike[pairs.rules]
        yield from zip(pairs.rules[each].tolist(), pairs.funds[each].tolist(), strict=True)
        yield from (
            (number, -1) for number in np.unique(pairs.rules[wanted[pairs.rules] & alike[pairs.rules]]).tolist()
        )


def _findings(
    panel: Panel,
    row: int,
    watched: Sequence[_Watched],
    found: Iterable[tuple[int, int]],
    memory: _Memory,
) -> Iterator[RuleFinding]:
    """What is news, by rule."""
    funds = panel.subjects[Axis.FUND]
    used: dict[int, int] = {}
    for rule_id, _ in memory.today:
        used[rule_id] = used.get(rule_id, 0) + 1
    for number, places in groupby(sorted(found), key=lambda one: one[0]):
        one = watched[number]
        codes = {EVERYWHERE if column < 0 else funds[column]: max(column, 0) for _, column in places}
        news = [
            code
            for code in codes
            if (one.own.id, code) not in memory.today
            and not _too_soon(one.own, panel, row, memory.last.get((one.own.id, code)))
        ]
        named = max(0, one.own.telling.daily_cap - used.get(one.own.id, 0))
        yield from _ordered(one.own, one.rule, panel, row, {code: codes[code] for code in news}, named=named)


def _ordered(
    own: OwnRule, rule: Rule, panel: Panel, row: int, columns: Mapping[str, int], *, named: int
) -> Iterator[RuleFinding]:
    """Funds (by code, with their columns) that a rule is told of, the most telling first; so many of them by name."""
    order = _telling_order(rule, panel, row)
    for at, code in enumerate(sorted(columns, key=lambda each: (order[columns[each]], each))):
        yield RuleFinding(
            rule=own,
            meaning=rule.explanation,
            hit=RuleHit(rule_id=own.id, code=code, day=panel.sessions[row], named=at < named),
            counted=at >= named,
            evidence=evidence(rule, panel, row, columns[code]) if at < named else (),
        )


def _withdrawn(
    panel: Panel, watched: Sequence[_Watched], standing: Collection[tuple[int, str]], day: date
) -> tuple[RuleFinding, ...]:
    """What was told of a session and is known not to hold there, by rule and code; a figure that is unknown now says nothing."""
    try:
        row, columns = panel.row(day), panel.columns[Axis.FUND]
        own = {one.own.id: one for one in watched}
        told = [
            (own[rule], code, 0 if code == EVERYWHERE else columns[code])
            for rule, code in sorted(standing)
            if rule in own and (code == EVERYWHERE or code in columns)
        ]
        book = RuleBook([one.rule for one, *_ in told])
        refuted = book.refuted(
            panel, row, np.arange(len(told)), np.array([column for *_, column in told], dtype=np.int64)
        )
        return tuple(
            RuleFinding(
                rule=one.own,
                meaning=one.rule.explanation,
                hit=RuleHit(rule_id=one.own.id, code=code, day=day),
                evidence=evidence(one.rule, panel, row, column),
            )
            for (one, code, column), gone in zip(told, refuted.tolist(), strict=True)
            if gone
        )
    except Exception:
        log.exception("defect in taking rules back", day=day.isoformat())
        return ()


def _too_soon(own: OwnRule, panel: Panel, row: int, last: date | None) -> bool:
    """Whether the fund was told of so few sessions ago that the rule keeps silent."""
    return last is not None and row - bisect_left(panel.sessions, last) <= own.telling.cooldown_sessions


def _telling_order(rule: Rule, panel: Panel, row: int) -> Floats:
    """By fund, least first: how telling the first figure is that funds do not share. Unknown ones come last."""
    evaluation, count = panel.derive(Evaluation), panel.shape(Axis.FUND)[1]
    for each in evidence_of(rule.condition):
        measure = evaluation.measure(each)
        if measure.values.shape[1] == count:
            values = measure.values[row]
            return np.asarray(np.nan_to_num(values if measure.unit is Unit.RANK else -np.abs(values), nan=np.inf))
    return np.zeros(count)
