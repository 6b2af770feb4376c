"""Set up a group or a channel from the private chat."""

import asyncio
from datetime import timedelta

from bot.channels.base import ChatKind
from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.chats import manages
from bot.commands.choices import OFF, rows, ticked
from bot.deliveries import Address
from bot.messages.model import Button, Heading, Message, line, muted, paragraph, plain, strong
from bot.subscriptions import Subscription
from signals.core.text import Text

LASTS = timedelta(hours=1)

ASKED_MAX = 60
"""Chats whose managers are looked up at once; those that the speaker has subscribed himself come first."""

_AT_ONCE = 8
_ID_DIGITS_MAX = 18
_OVER = OFF | {"结束", "退出", "end"}


@command(
    "manage",
    "管理",
    rank=14,
    about=Text("在私聊里设置你管理的群或频道", "Set up your groups and channels from here"),
    usage=Text("关", "off"),
    chapter=Chapter.SETTINGS,
    right=Right.ANYONE,
    weight=5,
    own=True,
)
async def manage(talk: Talk) -> Message:
    """The chats that the speaker may set up; with one of them, what he says is about it for an hour."""
    said, texts = talk.incoming, talk.texts
    if said.kind is not ChatKind.PRIVATE or not said.speaker.id:
        raise SaidWrongError(texts.text("manage-private"))
    if not talk.words:
        return await _list(talk)
    word = talk.words[0].lower()
    if word in _OVER:
        await talk.desk.world.store.managing.end(said.channel, said.speaker.id)
        return plain(texts.text("manage-over"))
    one = await _find(talk, word)
    await talk.desk.world.store.managing.begin(said.channel, said.speaker.id, one.id, talk.now + LASTS)
    buttons = (
        (Button(texts.text("button-settings"), "/settings"), Button(texts.text("button-list"), "/list")),
        (Button(texts.text("manage-end"), "/manage off"),),
    )
    blocks = (
        paragraph(line(strong(texts.text("manage-head", name=_name(one))))),
        paragraph(texts.text("manage-begun")),
    )
    return Message(blocks=blocks, buttons=buttons)


async def _list(talk: Talk) -> Message:
    texts, said = talk.texts, talk.incoming
    mine = await _manageable(talk)
    if not mine:
        return plain(texts.text("manage-none"))
    chosen = await talk.desk.world.store.managing.now(said.channel, said.speaker.id, talk.now)
    buttons = [ticked(_label(one, talk), on=one.id == chosen, command=f"/manage {one.id}") for one in mine]
    last = ((Button(texts.text("manage-end"), "/manage off"),),) if chosen is not None else ()
    return Message(
        blocks=(Heading(texts.text("manage-title"), 1), paragraph(line(muted(texts.text("manage-hint"))))),
        buttons=(*rows(buttons, 2), *last),
    )


async def _manageable(talk: Talk) -> list[Subscription]:
    """Active chats of this channel that the speaker manages, as their servers say now; robots behind them."""
    store, said = talk.desk.world.store, talk.incoming
    own = {*await store.managing.begun(said.channel, said.speaker.id)}
    managers, active = talk.desk.managers, await store.subscriptions.active()
    robots = [one for one in active if managers.speechless(one.channel) and await manages(talk, one)]
    shared = [one for one in active if one.channel == said.channel and managers.shared(one.channel, _address(one))]
    asked = sorted(shared, key=lambda one: one.id not in own)[:ASKED_MAX]
    few = asyncio.Semaphore(_AT_ONCE)

    async def mine(one: Subscription) -> bool:
        async with few:
            return await manages(talk, one)

    found = await asyncio.gather(*map(mine, asked))
    return [*(one for one, managed in zip(asked, found, strict=True) if managed), *robots]


async def _find(talk: Talk, word: str) -> Subscription:
    """The chat of a number, or of a name that only one has; raises SaidWrongError where he may not set it up."""
    if word.isdecimal() and len(word) <= _ID_DIGITS_MAX:
        one = await talk.desk.world.store.subscriptions.get(int(word))
        if one is not None and await manages(talk, one):
            return one
    else:
        named = [one for one in await _manageable(talk) if one.title.lower() == " ".join(talk.words).lower()]
        if len(named) == 1:
            return named[0]
    raise SaidWrongError(talk.texts.text("manage-unknown", word=word))


def _address(one: Subscription) -> Address:
    return Address(one.chat, one.thread)


def _label(one: Subscription, talk: Talk) -> str:
    """What is written on its button."""
    name = _name(one)
    return talk.texts.text("manage-robot", name=name) if talk.desk.managers.speechless(one.channel) else name


def _name(one: Subscription) -> str:
    return one.title or one.chat
