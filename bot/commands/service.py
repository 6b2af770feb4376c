"""Status: how fresh the data is, and whether the service is well."""

from datetime import datetime

from bot.commands.base import Chapter, Right, Talk, command
from bot.deliveries import State
from bot.messages.figures import day_text
from bot.messages.model import Heading, Line, Message, Paragraph, line, muted, paragraph, strong
from bot.poll import job_of
from bot.sources.datum import Round
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import Dataset
from signals.core.text import Text

_RUNS_SHOWN = 3
_RUNS_LOOKED_AT = 20


@command(
    "status",
    "状态",
    rank=13,
    about=Text("数据到哪一天、服务是否正常", "How fresh the data is"),
    chapter=Chapter.SERVICE,
    right=Right.ANYONE,
)
async def status(talk: Talk) -> Message:
    """The newest session of every table, what cannot be had now, the queue, the last polls, the calendar's end."""
    texts, desk = talk.texts, talk.desk
    data, publishers = await _data(talk), await _publishers(talk)
    failing = texts.text("exchange-join").join(sorted(desk.health.failing))
    service = [
        await _queue(talk),
        *await _polls(talk),
        line(muted(texts.text("status-calendar", last=desk.world.calendar.last.isoformat()))),
        line(muted(texts.text("status-version", version=desk.version))),
    ]
    return Message(
        blocks=(
            Heading(texts.text("status-title"), 1),
            Paragraph(tuple(data) or (line(texts.text("status-empty")),)),
            *((paragraph(line(strong(texts.text("status-failing", sources=failing)))),) if failing else ()),
            *((Paragraph(tuple(publishers)),) if publishers else ()),
            Paragraph(tuple(service)),
        )
    )


async def _data(talk: Talk) -> list[Line]:
    """One line for each table of which something is known."""
    lines = []
    for dataset in Dataset:
        newest = await talk.desk.world.store.market.newest(dataset, talk.now)
        if newest is not None:
            day, known_at = newest
            name = talk.texts.text(f"dataset-{dataset.replace('_', '-')}")
            fresh = talk.texts.text("status-day", day=day_text(day, talk.today), at=_moment(known_at))
            lines.append(line(name, "  ", fresh))
    return lines


async def _publishers(talk: Talk) -> list[Line]:
    """Who served each datum last, who is left alone, and how many requests publishers have seen today."""
    texts, fetches = talk.texts, talk.desk.world.store.fetches
    lines = [
        line(texts.text("status-served", datum=name, source=one.source, at=_moment(one.at)), indent=1)
        for name, one in (await fetches.served(talk.now)).items()
    ]
    if lines:
        lines.insert(0, line(texts.text("status-served-title")))
    for host, until in talk.desk.world.upstreams.resting(talk.now).items():
        lines.append(line(strong(texts.text("status-resting", host=host, until=_moment(until)))))
    midnight = talk.now.astimezone(MARKET_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    seen = await fetches.requests_by_host(midnight, talk.now)
    if seen:
        hosts = texts.text("exchange-join").join(f"{host} {count}" for host, count in sorted(seen.items()))
        lines.append(line(texts.text("status-requests", count=sum(seen.values()), hosts=hosts)))
    return lines


async def _queue(talk: Talk) -> Line:
    many = await talk.desk.world.store.outbox.counts()
    waiting = many[State.PENDING] + many[State.SENDING]
    return line(talk.texts.text("status-queue", pending=waiting, sent=many[State.SENT], dead=many[State.DEAD]))


async def _polls(talk: Talk) -> list[Line]:
    named = {job: f"job-{job.replace('/', '-')}" for job in map(job_of, (Round.CLOSE, Round.EVENING, Round.MORNING))}
    runs = [run for run in await talk.desk.world.store.runs.recent(_RUNS_LOOKED_AT) if run.job in named]
    said = (talk.texts.text(named[run.job], at=_moment(run.slot)) for run in runs[:_RUNS_SHOWN])
    return [line(text, indent=1) for text in said]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(MARKET_ZONE):%m-%d %H:%M}"
