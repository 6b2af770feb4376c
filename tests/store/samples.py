"""Values that store tests put in and expect back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

from bot.alerts import Alert, Reason
from bot.messages.model import Button, Document, Look, Message, Table, code, line, muted, paragraph, strong
from bot.preferences import Colours, Layout, Length, Mute, QuietHours, Section
from bot.store.alerts import RecordedAlert
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.rule_hits import RecordedRules
from bot.subscriptions import Language, Subscription
from signals.core.detector import Topic
from signals.core.field import Axis, Unit
from signals.core.measure import Figure
from signals.core.signal import Basis, Signal, Subject

DAY = date(2025, 2, 11)
NOW = datetime(2025, 2, 11, 10, 21, 0, 123456, tzinfo=UTC)
FUND = Subject(Axis.FUND, "560850")


def figure(value: float, unit: Unit = Unit.CNY) -> Figure:
    return Figure(value=value, unit=unit, day=date(2025, 2, 10), source="akshare.sse, 东方财富", estimated=True)


def alert(
    *,
    kind: str = "first_pullback",
    subject: Subject = FUND,
    day: date = DAY,
    rung: int = 1,
    reason: Reason = Reason.NEW,
    follows: int | None = None,
    basis: Basis | None = Basis.NAV,
) -> Alert:
    signal = Signal(
        kind=kind,
        subject=subject,
        day=day,
        since=date(2025, 1, 23),
        rung=rung,
        reached=date(2025, 2, 10),
        strength=2 / 3,
        evidence={
            "flow": figure(15_720_000.1),
            "streak": figure(6.0, Unit.SESSIONS),
            "odd": figure(0.1 + 0.2),
            "first": replace(figure(0.1), of="拓维信息"),
        },
        basis=basis,
    )
    return Alert(signal=signal, reason=reason, follows=follows)


MESSAGE = Message(
    blocks=(
        paragraph(line("信创50ETF ", strong("6连涨"), " 后首次回调", muted("（560850）"), indent=1), folded=True),
        Table(header=("代码", "净流入"), rows=((code("560850"), strong("1572万元")),)),
        Document("我的设置.json", b"{}\n", "设置"),
    ),
    buttons=((Button("详情", "/etf 560850", Look.GOOD), Button("560850", "560850", copies=True)),),
    silent=True,
)


def subscription(chat: str = "42", **settings: object) -> Subscription:
    return Subscription(**{"id": 0, "channel": "telegram", "chat": chat, **settings})  # type: ignore[arg-type]


EVERY_SETTING = Subscription(
    id=0,
    channel="telegram",
    chat="-100123",
    thread="7",
    active=False,
    paused_reason="用户拉黑",
    language=Language.EN,
    zone="Europe/Berlin",
    topics=frozenset({Topic.FLOW, Topic.MARGIN}),
    watched=frozenset({"560850", "159590"}),
    watchlists=frozenset({"宽基"}),
    evening_digest=time(18, 30),
    morning_digest=False,
    least_strength=0.1 + 0.2,
    title="软件群 <b>",
    weekly_digest=False,
    sections=frozenset({Section.MARKET, Section.FUNDS}),
    length=Length.SHORT,
    layout=Layout.TABLE,
    colours=Colours.GREEN_UP,
    dark_pictures=True,
    silent_digest=True,
    pin_digest=True,
    quiet=QuietHours(time(22, 30), time(7)),
    urgent_passes=True,
    daily_cap=5,
    mutes=(Mute("560850"), Mute("inflow_streak", datetime(2025, 2, 12, 1, tzinfo=UTC))),
    members_set_up=True,
)


def to_all(
    subscribers: Sequence[int], batch: str = "close", due_at: datetime = NOW, priority: int = 1
) -> Callable[..., list[NewDelivery]]:
    """Makes one delivery with every recorded alert for each subscriber."""

    def make(recorded: Sequence[RecordedAlert], _: RecordedRules | None = None) -> list[NewDelivery]:
        return [
            NewDelivery(
                batch=batch,
                subscription_id=one,
                message=MESSAGE,
                alert_ids=tuple(each.id for each in recorded),
                due_at=due_at,
                priority=priority,
            )
            for one in subscribers
        ]

    return make


def letters(
    subscribers: Sequence[int], batch: str = "digest", due_at: datetime = NOW, priority: int = 1
) -> list[NewDelivery]:
    """One delivery without alerts for each subscriber."""
    return to_all(subscribers, batch, due_at, priority)([])


async def subscribers(store: Database, count: int) -> list[int]:
    """The ids of new subscriptions."""
    return [(await store.subscriptions.save(subscription(str(number)), NOW)).id for number in range(count)]
