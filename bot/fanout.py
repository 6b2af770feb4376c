"""Who gets which alerts: one grouped message per subscriber and batch."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.audience import SubscriptionIndex, Wishes
from bot.deliveries import Gate, Priority
from bot.messages.alerts import write_letter
from bot.messages.letters import Letter, compose
from bot.messages.model import Message
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.study import Evidence
from bot.rules import OwnRule, RuleFinding, RuleNews
from bot.store.alerts import RecordedAlert
from bot.store.new_deliveries import NewDelivery
from bot.store.rule_hits import RecordedRules
from bot.subscriptions import Language, Subscription, muted
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import Detector
from signals.core.profile import Profile

_URGENT_BATCH = "+urgent"
"""What is told of a batch beside what waits."""

_PREMIUM = "premium"
"""Evidence of this name is a premium or a discount."""


@dataclass(kw_only=True)
class _Letter:
    """What one subscriber is told."""

    alerts: list[RecordedAlert] = field(default_factory=list)
    findings: list[RuleFinding] = field(default_factory=list)
    expired: list[OwnRule] = field(default_factory=list)
    withdrawn: list[RuleFinding] = field(default_factory=list)
    hits: list[int] = field(default_factory=list)
    """Ids of what is told of rules."""
    undone: list[int] = field(default_factory=list)
    """Ids of what was told of rules and is taken back."""

    @property
    def rule_news(self) -> str:
        """A name for what it tells of rules; empty where that is nothing."""
        if self.hits:
            return f"hit{min(self.hits)}"
        if self.undone:
            return f"undone{min(self.undone)}"
        return f"expired{self.expired[0].id}" if self.expired else ""


@dataclass(frozen=True, kw_only=True)
class Fanout:
    """Makes the deliveries of a batch of what was recorded; everything it needs is read beforehand."""

    batch: str
    subscriptions: Sequence[Subscription]
    watchlists: Mapping[str, frozenset[str]]
    reached: Mapping[int, frozenset[int]]
    """Subscriptions that got an alert which is now corrected or over, by its id."""
    detectors: Mapping[str, Detector]
    profiles: Mapping[str, Profile]
    evidence: Evidence = field(default_factory=Evidence)
    rules: RuleNews = field(default_factory=RuleNews)
    now: datetime
    silent_below: float = 0.0
    """Messages in which nothing is as strong as this arrive without a sound."""
    demo: bool = False
    _kept: dict[tuple[Language, tuple[int, ...]], tuple[Letter, Message]] = field(
        default_factory=dict, init=False, repr=False
    )
    """Letters without news of anybody's own rules: many readers get the very same one."""

    def __call__(self, recorded: Sequence[RecordedAlert], ruled: RecordedRules | None = None) -> Iterator[NewDelivery]:
        """One delivery for each subscriber who wants any of the alerts or has a rule with news."""
        letters: dict[int, _Letter] = defaultdict(_Letter)
        for one, numbers in zip(recorded, self._hearers(recorded), strict=True):
            for number in numbers:
                letters[number].alerts.append(one)
        self._add_rules(letters, ruled or RecordedRules())
        for number in sorted(letters):
            yield from self._deliveries(self.subscriptions[number], letters[number])

    def _add_rules(self, letters: dict[int, _Letter], ruled: RecordedRules) -> None:
        """What of the rules' news is new, for their authors; no more of it where one has gone meanwhile."""
        places = {subscription.id: number for number, subscription in enumerate(self.subscriptions)}
        for one in self.rules.findings:
            hit = ruled.hits.get((one.hit.rule_id, one.hit.code))
            place = places.get(one.rule.subscription_id)
            if hit is not None and place is not None and one.hit.code not in muted(self.subscriptions[place], self.now):
                letter = letters[place]
                letter.findings.append(one)
                letter.hits.append(hit)
        for one in self.rules.withdrawn:
            hit = ruled.withdrawn.get((one.hit.rule_id, one.hit.code))
            if hit is not None and one.rule.subscription_id in places:
                letter = letters[places[one.rule.subscription_id]]
                letter.withdrawn.append(one)
                letter.undone.append(hit)
        for rule_id in sorted(ruled.expired):
            rule = self.rules.expired[rule_id]
            if rule.subscription_id in places:
                letters[places[rule.subscription_id]].expired.append(rule)

    def _hearers(self, recorded: Sequence[RecordedAlert]) -> Iterator[Iterable[int]]:
        """For each alert the places of the subscriptions that it is told to."""
        index = SubscriptionIndex(Wishes.of(self.subscriptions, self.now), self.watchlists, self._tracking())
        places = {subscription.id: number for number, subscription in enumerate(self.subscriptions)}
        for one in recorded:
            if one.alert.follows is None:
                yield index.hearers(one.alert, self.detectors[one.alert.signal.kind].topic).tolist()
            else:
                reached = self.reached.get(one.alert.follows, frozenset())
                yield [places[each] for each in reached if each in places]

    def _tracking(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for code, profile in self.profiles.items():
            if profile.index_key:
                found.setdefault(profile.index_key, []).append(code)
        return found

    def _deliveries(self, subscription: Subscription, letter: _Letter) -> Iterator[NewDelivery]:
        """One, unless it is quiet for him and a part of it may not wait."""
        quiet, urgent = subscription.quiet, [one for one in letter.alerts if self._is_urgent(one)]
        if not urgent or not subscription.urgent_passes or quiet is None or not quiet.ends(self.now, subscription.zone):
            yield self._delivery(subscription, letter, Gate.WAITING)
            return
        yield replace(
            self._delivery(subscription, _Letter(alerts=urgent), Gate.URGENT), batch=f"{self.batch}{_URGENT_BATCH}"
        )
        rest = replace(letter, alerts=[one for one in letter.alerts if one not in urgent])
        if rest.alerts or rest.rule_news:
            yield self._delivery(subscription, rest, Gate.WAITING)

    def _is_urgent(self, one: RecordedAlert) -> bool:
        """A premium at a price of this minute: in the morning it is gone."""
        signal = one.alert.signal
        return self.detectors[signal.kind].intraday and _PREMIUM in signal.evidence and one.alert.tells_of_a_signal

    def _delivery(self, subscription: Subscription, letter: _Letter, gate: Gate) -> NewDelivery:
        written, message = self._written(letter, subscription.language)
        free = subscription.quiet is None and not subscription.daily_cap
        return NewDelivery(
            batch=self.batch,
            subscription_id=subscription.id,
            message=message,
            alert_ids=tuple(one.id for one in letter.alerts),
            rule_news=letter.rule_news,
            due_at=self.now,
            priority=Priority.URGENT if gate is Gate.URGENT else Priority.ALERT,
            gate=Gate.PASSED if free else gate,
            letter=None if free else written,
        )

    def _written(self, letter: _Letter, language: Language) -> tuple[Letter, Message]:
        ids = tuple(one.id for one in letter.alerts)
        if letter.rule_news:
            return self._write(letter, language)
        if (language, ids) not in self._kept:
            self._kept[language, ids] = self._write(letter, language)
        return self._kept[language, ids]

    def _write(self, letter: _Letter, language: Language) -> tuple[Letter, Message]:
        teller = self._teller(language)
        written = write_letter(
            [one.alert for one in letter.alerts],
            teller,
            Named(self.profiles),
            self.now.astimezone(MARKET_ZONE),
            ids=[one.id for one in letter.alerts],
            evidence=self.evidence,
            rules=letter.findings,
            withdrawn=letter.withdrawn,
            expired=letter.expired,
            silent_below=self.silent_below,
            demo=self.demo,
        )
        return written, compose(written, teller.words)

    def _teller(self, language: Language) -> Teller:
        return Teller(language, self.detectors, self.now.astimezone(MARKET_ZONE).date(), Named(self.profiles))
