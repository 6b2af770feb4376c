"""Subscribers and broadcasts by chat."""

from collections.abc import Sequence

from bot.admin import broadcasting
from bot.admin.broadcasting import message_of, read_wish
from bot.admin.errors import CannotError
from bot.admin.wording import moment_text, reader_line, sending_line
from bot.commands.administration.counter import back, deed_of, done, in_rows, page, rest_of, whole_number
from bot.commands.base import Talk
from bot.deliveries import State
from bot.messages.model import Button, Look, Message, line, muted, paragraph
from bot.store.broadcasts import BroadcastState
from bot.subscriptions import Subscription

_SHOWN = 20
_SENDINGS = 8
_BROADCASTS = 5
_TEXT_SHOWN = 30
_PAUSE, _RESUME = {"pause", "暂停"}, {"resume", "恢复"}
_SEND, _CANCEL = {"send", "发送"}, {"cancel", "取消"}


async def subscribers(talk: Talk, words: tuple[str, ...]) -> Message:
    """Counts, those whose title or chat holds a word, or one of them by ``#number``."""
    if not words:
        return await _counts(talk)
    if words[0].startswith("#"):
        return await _one(talk, whole_number(words[0].removeprefix("#")), words[1:])
    offset = whole_number(words[-1].removeprefix("+")) if words[-1].startswith("+") else 0
    said = words[:-1] if words[-1].startswith("+") else words
    word = "" if said == ("*",) else " ".join(said)
    found = await talk.desk.world.store.readers.search(word, _SHOWN + 1, offset)
    if not found:
        raise CannotError("admin-reader-none", word=word)
    more = Button(talk.texts.text("admin-more"), f"/admin subscribers {word or '*'} +{offset + _SHOWN}")
    each = [Button(f"#{one.id}", f"/admin subscribers #{one.id}") for one in found[:_SHOWN]]
    lines = [reader_line(one, talk.texts) for one in found[:_SHOWN]]
    last = (more, back(talk)) if len(found) > _SHOWN else (back(talk),)
    return page(talk.texts.text("admin-menu-subscribers"), lines, (*in_rows(each, 5), *in_rows(last)))


async def _counts(talk: Talk) -> Message:
    texts, store = talk.texts, talk.desk.world.store
    channels = [
        texts.text("admin-reader-counts", channel=one.channel, active=one.active, paused=one.paused)
        for one in await store.readers.counts()
    ]
    lists = [
        texts.text("admin-reader-list", name=name, count=count)
        for name, count in sorted((await store.readers.followers()).items(), key=lambda one: -one[1])
    ]
    everybody = Button(texts.text("admin-reader-all"), "/admin subscribers *")
    lines = [*(channels or [texts.text("admin-reader-nobody")]), *lists, texts.text("admin-readers-how")]
    return page(texts.text("admin-menu-subscribers"), lines, ((everybody, back(talk)),))


async def _one(talk: Talk, number: int, words: Sequence[str]) -> Message:
    store, texts = talk.desk.world.store, talk.texts
    if await store.subscriptions.get(number) is None:
        raise CannotError("admin-reader-none", word=f"#{number}")
    if words and words[0].lower() in _PAUSE:
        reason = rest_of(talk, words[1:]) or texts.text("admin-paused-by-admin")
        await store.readers.pause(number, reason, deed_of(talk))
    elif words and words[0].lower() in _RESUME:
        await store.readers.resume(number, deed_of(talk))
    elif words:
        raise CannotError("admin-reader-action", word=words[0])
    mine = await store.subscriptions.get(number)
    if mine is None:
        raise CannotError("admin-reader-none", word=f"#{number}")
    switch = ("resume", "admin-resume") if not mine.active else ("pause", "admin-pause")
    button = Button(texts.text(switch[1]), f"/admin subscribers #{number} {switch[0]}")
    sendings = [sending_line(one, texts) for one in await store.readers.sendings(number, _SENDINGS)]
    everybody = Button(texts.text("admin-menu-subscribers"), "/admin subscribers")
    return page(f"#{number} {mine.title}".strip(), [*settings_lines(mine, talk), *sendings], ((button, everybody),))


def settings_lines(mine: Subscription, talk: Talk) -> list[str]:
    """What a subscriber has chosen; nothing that was said to him."""
    texts = talk.texts
    thread = f"/{mine.thread}" if mine.thread else ""
    state = texts.text("admin-reader-active" if mine.active else "admin-reader-paused")
    reason = f" ({mine.paused_reason})" if mine.paused_reason else ""
    digest = f"{mine.evening_digest:%H:%M}" if mine.evening_digest else "—"
    return [
        f"{mine.channel}:{mine.chat}{thread}  {state}{reason}",
        texts.text("admin-reader-how", language=mine.language.value, zone=mine.zone, digest=digest),
        texts.text("admin-reader-follows", funds=len(mine.watched), lists=" ".join(sorted(mine.watchlists)) or "—"),
        texts.text("admin-reader-topics", topics=" ".join(sorted(one.value for one in mine.topics)) or "—"),
    ]


async def broadcast(talk: Talk, words: tuple[str, ...]) -> Message:
    """The last broadcasts; new words, shown as readers will see them; one that is sent or taken back."""
    if not words:
        return await _recent(talk)
    world, texts = talk.desk.world, talk.texts
    if len(words) == 2 and words[1].isdecimal() and words[0].lower() in _SEND | _CANCEL:
        number = whole_number(words[1])
        if words[0].lower() in _CANCEL:
            spared = await broadcasting.cancel(world, number, deed_of(talk))
            return done(texts.text("admin-broadcast-cancelled", number=str(number), count=spared))
        count = await broadcasting.send(world, number, deed_of(talk))
        cancel = Button(texts.text("admin-broadcast-cancel"), f"/admin broadcast cancel {number}", Look.DANGER)
        return done(texts.text("admin-broadcast-sent", number=str(number), count=count), ((cancel,),))
    wish = read_wish(rest_of(talk, words))
    one, count, spread = await broadcasting.draft(world, wish, deed_of(talk))
    filters = " ".join(part for part in (wish.channel, wish.watchlist) if part) or texts.text("admin-broadcast-all")
    told = message_of(wish.text, texts)
    notes = [texts.text("admin-broadcast-preview", count=count, filters=filters)]
    if spread.minutes:
        notes.append(texts.text("admin-broadcast-takes", minutes=spread.minutes))
    note = paragraph(*(line(muted(each)) for each in notes))
    buttons = (
        Button(texts.text("admin-broadcast-send", count=count), f"/admin broadcast send {one.id}", Look.DANGER),
        Button(texts.text("admin-drop"), f"/admin broadcast cancel {one.id}"),
    )
    return Message(blocks=(*told.blocks, note), buttons=(buttons,))


async def _recent(talk: Talk) -> Message:
    texts, store = talk.texts, talk.desk.world.store
    lines, buttons = [], []
    for one in await store.broadcasts.recent(_BROADCASTS):
        many = await store.broadcasts.progress(one)
        waiting = many[State.PENDING] + many[State.SENDING]
        lines.append(
            texts.text(
                "admin-broadcast-line",
                number=str(one.id),
                at=moment_text(one.created_at),
                state=texts.text(f"broadcast-{one.state.value}"),
                sent=many[State.SENT],
                pending=waiting,
                dead=many[State.DEAD],
                text=one.text[:_TEXT_SHOWN].replace("\n", " "),
            )
        )
        if one.state is BroadcastState.SENT and waiting:
            label = f"{texts.text('admin-broadcast-cancel')} {one.id}"
            buttons.append(Button(label, f"/admin broadcast cancel {one.id}", Look.DANGER))
    how = texts.text("admin-broadcast-how")
    return page(texts.text("admin-menu-broadcast"), [*lines, how], (*in_rows(buttons), (back(talk),)))
