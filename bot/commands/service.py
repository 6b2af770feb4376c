"""Help and status."""

from bot.commands.base import Command, Talk, command
from bot.messages.figures import day_text
from bot.messages.model import Heading, Line, Message, Paragraph, code, line, muted, paragraph
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import Dataset
from signals.core.text import Text


@command("help", "帮助", rank=12, about=Text("怎么用", "How to use it"), usage="watch", quick=True)
async def show_help(talk: Talk) -> Message:
    """All commands, or one; a word that is no command is named."""
    texts = talk.texts
    found = talk.registry.find(talk.words[0]) if talk.words else None
    if found:
        return Message(blocks=(Paragraph((_line(found[0], talk),)),))
    unknown = [paragraph(texts.text("help-unknown", word=talk.words[0]))] if talk.words else []
    lines = tuple(_line(one, talk) for one in talk.registry.commands)
    hint = paragraph(line(muted(texts.text("help-hint"))))
    return Message(blocks=(*unknown, Heading(texts.text("help-title"), 1), Paragraph(lines), hint))


def _line(one: Command, talk: Talk) -> Line:
    said = " / ".join((f"/{one.name}", *one.words[:1]))
    return line(code(f"{said} {one.usage}".strip()), "  ", talk.texts.of(one.help))


@command("status", "状态", rank=13, about=Text("数据到哪一天、服务是否正常", "How fresh the data is"))
async def status(talk: Talk) -> Message:
    """The newest session of every table, the queue, the last runs, the calendar's end."""
    texts, store = talk.texts, talk.desk.world.store
    lines = []
    for dataset in Dataset:
        newest = await store.market.newest(dataset)
        if newest is not None:
            day, known_at = newest
            at = f"{known_at.astimezone(MARKET_ZONE):%m-%d %H:%M}"
            lines.append(
                line(
                    texts.text(f"dataset-{dataset.replace('_', '-')}"),
                    "  ",
                    texts.text("status-day", day=day_text(day, talk.today), at=at),
                )
            )
    waiting = {str(state): count for state, count in (await store.outbox.counts()).items()}
    queue = texts.text(
        "status-queue", pending=waiting.get("pending", 0), sent=waiting.get("sent", 0), dead=waiting.get("dead", 0)
    )
    runs = [
        line(texts.text("status-run", job=run.job, at=f"{run.slot.astimezone(MARKET_ZONE):%m-%d %H:%M}"), indent=1)
        for run in await store.runs.recent(3)
    ]
    calendar = texts.text("status-calendar", last=talk.desk.world.calendar.last.isoformat())
    return Message(
        blocks=(
            Heading(texts.text("status-title"), 1),
            Paragraph(tuple(lines) or (line(texts.text("status-empty")),)),
            Paragraph(
                (
                    line(queue),
                    *runs,
                    line(muted(calendar)),
                    line(muted(texts.text("status-version", version=talk.desk.version))),
                )
            ),
        )
    )
