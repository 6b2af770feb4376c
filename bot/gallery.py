"""Every message that people get, as the poll really makes it of a market whose sessions are over.

Nothing is made up for the show: sessions are polled again, each kind of alert is taken from where it was last
told, and what was answered in chat is what a person who asks is answered.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.alerts import Reason
from bot.channels.base import Incoming
from bot.commands import load_commands
from bot.commands.answer import Answerer
from bot.commands.base import Desk
from bot.deliveries import Address
from bot.digest import DigestRun, write_digest
from bot.messages.alerts import render_alerts
from bot.messages.digest import DigestLimits, Edition
from bot.messages.model import Message
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.wishes import DigestWishes
from bot.poll import Slot, World, poll
from bot.replay import Replay, ReplayClock
from bot.schedule import Timetable
from bot.sources.datum import Round
from bot.store.alerts import RecordedAlert
from bot.studies import Studies
from bot.subscriptions import Language
from signals.core.calendar import MARKET_ZONE
from signals.core.detector import Detector, Tell
from signals.core.panel import Panel
from signals.core.snapshot import Dataset
from signals.core.text import Text

WALKED_SESSIONS = 11
"""Sessions before the end that are polled in a row; what was told in them last is shown."""

REMIND_SESSIONS = 5
"""An episode that goes on is told again after so many silent sessions: the service does so only where it is asked to."""

_SHOWN_OF_A_REASON = 2
"""Reminders and higher rungs read alike: so many kinds show them, in each topic."""

_READS_ALIKE = frozenset({Reason.STRONGER, Reason.REMINDER})

ANSWERS = (
    ("fund", "560850", Text("基金卡片", "A fund's card")),
    ("margin", "/margin", Text("市场与两融", "Market and margin")),
    ("theme", "/theme DeepSeek", Text("主题", "A theme")),
    ("rank", "/rank turnover", Text("排行", "A ranking")),
    ("rule", "/rule 连续净流入 >= 5 且 涨跌幅 < -1%", Text("自己的规则", "A rule of one's own")),
    ("rule_refused", "/rule 溢价率 > 净流入", Text("看不懂的规则", "A rule that makes no sense")),
    ("signal", "/signals first_pullback", Text("信号说明", "A signal explained")),
    ("study", "/study inflow_streak", Text("研究", "A study")),
)
"""What is said in chat, by the name of its exhibit."""

REASONS = {
    "new": Text("新出现", "new"),
    "stronger": Text("升级", "a higher rung"),
    "reminder": Text("提醒", "a reminder"),
    "ended": Text("结束", "over"),
    "corrected": Text("更正", "corrected"),
    "withdrawn": Text("撤回", "withdrawn"),
}
"""Why somebody is told, as the gallery names it; a withdrawal is a correction that leaves nothing."""

SECTIONS = {
    "price": Text("价格", "Price"),
    "premium": Text("溢价", "Premium"),
    "flow": Text("资金", "Flow"),
    "size": Text("规模与份额", "Size"),
    "margin": Text("两融", "Margin"),
    "intraday": Text("盘中", "Intraday"),
    "digest": Text("日报", "Digests"),
    "answer": Text("问答", "Answers"),
}
"""The parts of the gallery: the topics of alerts, then what else is sent."""


class GalleryIncompleteError(Exception):
    """Something that people can be told is told nowhere in the market; the text names it."""


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One message in every language."""

    section: str
    """A key of `SECTIONS`."""
    kind: str
    """What it is one of: the name of a signal, or of what was asked for."""
    title: Text
    reason: str
    """A key of `REASONS`; empty where nobody asks why."""
    asof: datetime
    usual: bool
    """Sent unless somebody has switched it off; false = by default it stands in digests only."""
    messages: Mapping[Language, Message]


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """What the exhibits are made with."""

    desk: Desk
    """Answers people; its clock stands at the moment at which they ask."""
    timetable: Timetable
    limits: DigestLimits
    digests: tuple[DigestRun, ...]
    last: date
    """The last session that is polled."""
    funds: frozenset[str]
    """Whom the digests are about."""

    async def exhibits(self) -> list[Exhibit]:
        """All of them, in the order of `SECTIONS`; raises GalleryIncompleteError where one is missing."""
        made = [*await self._alerts(), *await self._digests(), *await self._answers()]
        places = list(SECTIONS)
        return sorted(made, key=lambda one: places.index(one.section))

    async def _alerts(self) -> list[Exhibit]:
        world = telling(self.desk.world)
        await _poll_again(world, self.timetable, await self._walk(world))
        start, end = (
            datetime.combine(day, time.min, MARKET_ZONE) for day in (world.calendar.first, world.calendar.last)
        )
        chosen = chosen_of(await world.store.alerts.between(start, end), world.detectors)
        require_all(chosen, world.detectors)
        moments = {(one.alert.signal.day, one.asof) for one in chosen}
        panels = {moment: await self._panel(*moment) for moment in sorted(moments)}
        return [await self._alert(one, panels[one.alert.signal.day, one.asof]) for one in chosen]

    async def _walk(self, world: World) -> list[date]:
        """The last sessions, and of what begins in none of them the newest on which it does; the next, if ends are told."""
        panel = await self._panel(self.last, self.desk.now())
        after_close = [one for one in world.detectors.values() if not one.intraday]
        began = {one.name: await asyncio.to_thread(beginnings, panel, one) for one in after_close}
        require(name for name, days in began.items() if not days)
        walked = {*panel.sessions[-WALKED_SESSIONS:]}
        for name, days in began.items():
            if not walked & {*days}:
                ends = world.detectors[name].tell_end
                walked |= {days[-1], world.calendar.after(days[-1])} if ends else {days[-1]}
        return sorted(walked)

    async def _panel(self, day: date, asof: datetime) -> Panel:
        return await self.desk.world.store.market.panel(self.desk.world.calendar, day, asof)

    async def _alert(self, recorded: RecordedAlert, panel: Panel) -> Exhibit:
        world, alert = self.desk.world, recorded.alert
        detector, asof = world.detectors[alert.signal.kind], recorded.asof.astimezone(MARKET_ZONE)
        news = [alert.signal] if alert.tells_of_a_signal else []
        evidence = await asyncio.to_thread(world.studies.evidence, panel, world.detectors, news)
        named = Named(panel.profiles)
        return Exhibit(
            section=detector.topic,
            kind=detector.name,
            title=detector.title,
            reason=reason_of(recorded),
            asof=asof,
            usual=detector.tell is Tell.ALERT,
            messages={
                language: render_alerts(
                    [alert],
                    Teller(language, world.detectors, asof.date(), named),
                    named,
                    asof,
                    evidence=evidence,
                    demo=panel.demo,
                )
                for language in Language
            },
        )

    async def _digests(self) -> list[Exhibit]:
        titles = {
            Edition.EVENING: Text("晚间日报", "The evening digest"),
            Edition.MORNING: Text("早报", "The morning digest"),
            Edition.WEEKLY: Text("周报", "The weekly digest"),
        }
        return [
            Exhibit(
                section="digest",
                kind=run.edition,
                title=titles[run.edition],
                reason="",
                asof=run.now,
                usual=True,
                messages={
                    language: await write_digest(
                        self.desk.world, self.limits, run, DigestWishes(funds=self.funds, language=language)
                    )
                    for language in Language
                },
            )
            for run in self.digests
        ]

    async def _answers(self) -> list[Exhibit]:
        answer = Answerer(desk=self.desk, registry=load_commands())
        return [
            Exhibit(
                section="answer",
                kind=kind,
                title=title,
                reason="",
                asof=self.desk.now(),
                usual=True,
                messages={language: await answer.reply(_said(text, language)) for language in Language},
            )
            for kind, text, title in ANSWERS
        ]


def _said(text: str, language: Language) -> Incoming:
    return Incoming(channel="gallery", address=Address("gallery"), text=text, language=language)


def telling(world: World) -> World:
    """The same world with every signal told as an alert, reminders among them, and no look at the past beside it."""
    detectors = {name: replace(one, tell=Tell.ALERT) for name, one in world.detectors.items()}
    return replace(world, detectors=detectors, remind_sessions=REMIND_SESSIONS, studies=Studies())


async def _poll_again(world: World, timetable: Timetable, days: Sequence[date]) -> None:
    replay = Replay(
        world=world, timetable=timetable, clock=ReplayClock(at=datetime.combine(days[0], time.min, MARKET_ZONE))
    )
    for day in days:
        for minute in await _minutes(world, day):
            await poll(world, (), minute, minute.due)
        async for _ in replay.run(day, day):
            pass


async def _minutes(world: World, day: date) -> list[Slot]:
    """The one minute within a session of which prices are kept, if there is one."""
    if not await world.store.market.days(Dataset.SPOT, day, day):
        return []
    newest = await world.store.market.newest(Dataset.SPOT, datetime.combine(day, time(15), MARKET_ZONE))
    return [Slot(round=Round.IOPV, due=newest[1] + timedelta(seconds=1), day=day)] if newest else []


def beginnings(panel: Panel, detector: Detector) -> list[date]:
    """The sessions on which something came to a rung, each once."""
    return sorted({one.day for one in detector.detect(panel) if one.reached == one.day})


def reason_of(recorded: RecordedAlert) -> str:
    """The reason of an alert as a key of `REASONS`."""
    alert = recorded.alert
    return "withdrawn" if alert.reason is Reason.CORRECTED and not alert.signal.rung else str(alert.reason)


def chosen_of(recorded: Collection[RecordedAlert], detectors: Mapping[str, Detector]) -> list[RecordedAlert]:
    """Of each kind and reason the newest and strongest alert; of reasons that read alike, some of each topic."""
    best: dict[tuple[str, str], RecordedAlert] = {}
    for one in sorted(recorded, key=lambda each: (each.alert.signal.day, each.alert.signal.strength)):
        best[one.alert.signal.kind, reason_of(one)] = one
    order = [*detectors], [*REASONS]
    told = sorted(best.items(), key=lambda item: (order[0].index(item[0][0]), order[1].index(item[0][1])))
    return list(_without_repetition([one for _, one in told], detectors))


def _without_repetition(told: Sequence[RecordedAlert], detectors: Mapping[str, Detector]) -> Iterator[RecordedAlert]:
    shown: dict[tuple[str, str], int] = {}
    for one in told:
        key = detectors[one.alert.signal.kind].topic, reason_of(one)
        shown[key] = shown.get(key, 0) + 1
        if one.alert.reason not in _READS_ALIKE or shown[key] <= _SHOWN_OF_A_REASON:
            yield one


def require_all(chosen: Collection[RecordedAlert], detectors: Mapping[str, Detector]) -> None:
    """Raise GalleryIncompleteError unless every kind is told as news, and every reason is there."""
    new = {one.alert.signal.kind for one in chosen if one.alert.reason is Reason.NEW}
    require(name for name in detectors if name not in new)
    if unheard := [name for name in REASONS if name not in {*map(reason_of, chosen)}]:
        raise GalleryIncompleteError(f"no alert of the market is told because it is {', '.join(unheard)}")


def require(missing: Iterable[str]) -> None:
    """Raise GalleryIncompleteError that names the missing kinds, if any are."""
    if names := ", ".join(missing):
        raise GalleryIncompleteError(f"the market never gives rise to {names}")
