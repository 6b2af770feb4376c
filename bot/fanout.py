"""Who gets which alerts: one grouped message per subscriber and batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.messages.alerts import render_alerts
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.study import Evidence
from bot.store.alerts import RecordedAlert
from bot.store.outbox import NewDelivery
from bot.subscriptions import Language, Subscription, wants
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
        chosen = ((one, self._wanted(one, recorded)) for one in self.subscriptions)
        return [self._delivery(subscription, wanted) for subscription, wanted in chosen if wanted]

    def _wanted(self, subscription: Subscription, recorded: Sequence[RecordedAlert]) -> list[RecordedAlert]:
        funds = subscription.funds(self.watchlists)
        return [one for one in recorded if self._concerns(one, subscription, funds)]

    def _concerns(self, one: RecordedAlert, subscription: Subscription, funds: frozenset[str]) -> bool:
        if one.alert.follows is not None:
            return subscription.id in self.reached.get(one.alert.follows, frozenset())
        return wants(subscription, one.alert, self.detectors[one.alert.signal.kind].topic, funds)

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
