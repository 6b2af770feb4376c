"""Who wants to hear what, when and in which language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.alerts import Alert
from bot.preferences import Colours, Layout, Length, Mute, QuietHours, Section
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import Topic
from signals.core.field import Axis
from signals.core.signal import Subject


class Language(StrEnum):
    """The languages that every text is written in."""

    ZH = "zh"
    EN = "en"


SESSION_CLOSE = time(15, 0)

WEEKLY_MINUTE = time(17, 45)
"""For readers of the weekly digest who have no evening minute."""

DIGEST_LATE_MAX = timedelta(hours=12)
"""After a longer outage the next session's digest says it all."""

USUAL_TOPICS = frozenset(Topic) - {Topic.INTRADAY}
"""What a new subscriber hears of."""

ALL_FUNDS = "*"
"""Watched in place of a code: every fund of the market."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One chat's wishes; unique on (channel, address)."""

    id: int
    channel: str
    chat: str
    thread: str = ""
    title: str = ""
    """What the chat or the person is called; empty = not known."""
    active: bool = True
    paused_reason: str = ""
    """Why deliveries stopped (the chat is gone or has blocked us); settings are kept."""
    language: Language = Language.ZH
    zone: str = "Asia/Shanghai"
    topics: frozenset[Topic] = USUAL_TOPICS
    """What he wants alerts on; digests hold everything about his funds."""
    watched: frozenset[str] = frozenset()
    """Fund codes, or `ALL_FUNDS`."""
    watchlists: frozenset[str] = frozenset()
    evening_digest: time | None = time(17, 45)
    """Minute in his own zone; None = no evening digest."""
    morning_digest: bool = True
    weekly_digest: bool = True
    sections: frozenset[Section] = frozenset(Section)
    """Parts of a digest that he reads."""
    length: Length = Length.FULL
    layout: Layout = Layout.LINES
    colours: Colours = Colours.RED_UP
    dark_pictures: bool = False
    silent_digest: bool = False
    """Digests arrive without a sound."""
    pin_digest: bool = False
    """The newest digest stands pinned at the top of the chat, where the bot may."""
    least_strength: float = 0.0
    quiet: QuietHours | None = None
    urgent_passes: bool = False
    """Premiums within the session arrive in quiet hours too."""
    daily_cap: int = 0
    """Messages of alerts in a day of his zone, after which the rest waits and comes together; 0 = no limit."""
    mutes: tuple[Mute, ...] = ()
    members_set_up: bool = False
    """In a group everybody may change these settings, not its administrators only."""

    def funds(self, watchlists: Mapping[str, frozenset[str]]) -> frozenset[str]:
        """The codes he follows, his own and those of his lists."""
        return self.watched.union(*(watchlists.get(name, frozenset()) for name in self.watchlists))


def wants(
    subscription: Subscription, alert: Alert, topic: Topic, followed: frozenset[str], now: datetime | None = None
) -> bool:
    """Whether a new alert concerns a subscriber who follows these: funds, and the indices that they track.

    What he has muted does not, while it lasts; without a moment every mute lasts.

    Market-wide signals concern everybody who chose their topic. A correction or an end concerns whoever got
    what it answers, whatever he has chosen since; the caller sees to that.
    """
    if not subscription.active or topic not in subscription.topics:
        return False
    if alert.signal.rung and alert.signal.strength < subscription.least_strength:
        return False
    if not muted(subscription, now).isdisjoint({alert.signal.kind, alert.signal.subject.code}):
        return False
    return _concerns(alert.signal.subject, followed)


def muted(subscription: Subscription, now: datetime | None = None) -> frozenset[str]:
    """The funds, indices and kinds that a subscriber does not hear of; without a moment every mute lasts."""
    return frozenset(one.what for one in subscription.mutes if now is None or one.holds(now))


def day_begins(subscription: Subscription, now: datetime) -> datetime:
    """When the day of the subscriber's zone began in which a moment falls."""
    zone = ZoneInfo(subscription.zone)
    return datetime.combine(now.astimezone(zone).date(), time(), zone)


def evening_minute(subscription: Subscription, session: date, *, weekly: bool = False) -> datetime | None:
    """The moment that a subscriber has chosen for a session's digest; None = he reads none in the evening.

    With `weekly` the session is the last of its week: whoever reads the weekly digest alone gets it at `WEEKLY_MINUTE`.

    It is a minute of his own zone, the first after 15:00 in Shanghai. One that his clocks leave out counts from
    where they jump; one that they show twice is the first of the two.
    """
    minute = subscription.evening_digest
    if minute is None and weekly and subscription.weekly_digest:
        minute = WEEKLY_MINUTE
    if minute is None:
        return None
    zone = ZoneInfo(subscription.zone)
    closed = datetime.combine(session, SESSION_CLOSE, MARKET_ZONE)
    day = closed.astimezone(zone).date()
    moments = (datetime.combine(day + timedelta(days=shift), minute, zone).astimezone(UTC) for shift in range(3))
    return next(moment for moment in moments if moment >= closed)


def evening_digest_due(subscription: Subscription, session: date, now: datetime, *, weekly: bool = False) -> bool:
    """Whether it is time for the digest of a session: its minute has come.

    A digest that is later than `DIGEST_LATE_MAX` is not sent any more.
    """
    minute = evening_minute(subscription, session, weekly=weekly)
    return minute is not None and minute <= now.astimezone(UTC) <= minute + DIGEST_LATE_MAX


def _concerns(subject: Subject, followed: frozenset[str]) -> bool:
    return subject.axis not in (Axis.FUND, Axis.TRACKED) or subject.code in followed or ALL_FUNDS in followed
