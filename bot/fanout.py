"""Who gets which alerts: one grouped message per subscriber and batch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.audience import SubscriptionIndex, Wishes
from bot.messages.alerts import render_alerts
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.study import Evidence
from bot.store.alerts import RecordedAlert
from bot.store.outbox import NewDelivery
from bot.subscriptions import Language, Subscription
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import Detector
from signals.core.profile import Profile

ALERT_PRIORITY = 1
"""Alerts overtake digests in the queue."""


@dataclass(frozen=True, kw_only=True)
class Fanout:
    """Makes the deliveries of a batch of recorded alerts; everything it needs is read beforehand."""

    subscriptions: Sequence[Subscription]
    watchlists: Mapping[str, frozenset[str]]
    reached: Mapping[int, frozenset[int]]
    """Subscriptions that got an alert which is now corrected or over, by its id."""
    detectors: Mapping[str, Detector]
    profiles: Mapping[str, Profile]
    evidence: Evidence = field(default_factory=Evidence)
    now: datetime
    demo: bool = False

    def __call__(self, recorded: Sequence[RecordedAlert]) -> list[NewDelivery]:
        """One delivery for each subscriber who wants any of the alerts."""
        wanted: dict[int, list[RecordedAlert]] = {}
        for one, numbers in zip(recorded, self._hearers(recorded), strict=True):
            for number in numbers:
                wanted.setdefault(number, []).append(one)
        return [self._delivery(self.subscriptions[number], wanted[number]) for number in sorted(wanted)]

    def _hearers(self, recorded: Sequence[RecordedAlert]) -> Iterator[list[int]]:
        """For each alert the places of the subscriptions that it is told to."""
        index = SubscriptionIndex(Wishes.of(self.subscriptions), self.watchlists, self._tracking())
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

    def _delivery(self, subscription: Subscription, wanted: Sequence[RecordedAlert]) -> NewDelivery:
        return NewDelivery(
            batch=wanted[0].batch,
            subscription_id=subscription.id,
            message=render_alerts(
                [one.alert for one in wanted],
                self._teller(subscription.language),
                Named(self.profiles),
                self.now.astimezone(MARKET_ZONE),
                evidence=self.evidence,
                demo=self.demo,
            ),
            alert_ids=tuple(one.id for one in wanted),
            due_at=self.now,
            priority=ALERT_PRIORITY,
        )

    def _teller(self, language: Language) -> Teller:
        return Teller(language, self.detectors, self.now.astimezone(MARKET_ZONE).date(), Named(self.profiles))
