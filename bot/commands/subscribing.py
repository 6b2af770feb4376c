"""Watch, unwatch, list: the funds of a chat, and whether it hears of them while the exchanges trade."""

from dataclasses import replace

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.chats import blank, save
from bot.commands.choices import rows, switched
from bot.commands.following import slug, title_of, watched_more
from bot.commands.lookup import fund_meant, fund_words
from bot.messages.model import Button, Heading, Message, Paragraph, line, muted, paragraph, plain, strong
from bot.messages.names import Named
from bot.store.watchlists import Watchlist
from bot.subscriptions import Subscription
from signals.core.detector import Topic
from signals.core.text import Text

_CODE, _TWO_CODES = (Text(codes, codes) for codes in ("560850", "560850 159590"))


@command(
    "watch",
    "关注",
    rank=4,
    about=Text("关注基金", "Watch funds"),
    usage=_TWO_CODES,
    chapter=Chapter.BEGIN,
    right=Right.CHANGE,
    examples=Text("关注 560850\n关注 软件 红利低波\n关注 xcetf", "watch 560850\nwatch xinchuang\nwatch xcetf"),
)
async def watch(talk: Talk) -> Message:
    """Add funds by code or name; a chat that does not listen yet is subscribed and told so."""
    words = fund_words(talk.words)
    if not words:
        raise SaidWrongError(talk.texts.text("watch-what"))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    funds = [await fund_meant(talk, panel, word) for word in words]
    await watched_more(talk, (fund.code for fund in funds))
    named = Named(panel.profiles)
    lines = [line(*named.spans(fund.code, loud=False), indent=1) for fund in funds]
    began = [] if talk.subscription and talk.subscription.active else [paragraph(talk.texts.text("watch-subscribed"))]
    return Message(
        blocks=(Paragraph((line(strong(talk.texts.text("watch-done"))), *lines)), *began),
        buttons=(tuple(Button(fund.name, f"/etf {fund.code}") for fund in funds[:3]),),
    )


@command(
    "unwatch",
    "取消关注",
    "取关",
    rank=5,
    about=Text("取消关注", "Stop watching funds"),
    usage=_CODE,
    chapter=Chapter.BEGIN,
    right=Right.CHANGE,
)
async def unwatch(talk: Talk) -> Message:
    """Remove funds by code or name; one that the market does not know any more, by its code."""
    words = fund_words(talk.words)
    if not words:
        raise SaidWrongError(talk.texts.text("unwatch-what"))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    mine = talk.subscription.watched if talk.subscription else frozenset()
    codes = {word if word in mine else (await fund_meant(talk, panel, word)).code for word in words}
    missing = sorted(codes - mine)
    if missing or talk.subscription is None:
        raise SaidWrongError(talk.texts.text("unwatch-not-watched", codes=" ".join(missing)))
    await save(talk, replace(talk.subscription, watched=mine - codes))
    named = Named(panel.profiles)
    gone = [line(*named.spans(code, loud=False), indent=1) for code in sorted(codes)]
    return Message(blocks=(Paragraph((line(strong(talk.texts.text("unwatch-done"))), *gone)),))


@command(
    "list",
    "我的",
    "列表",
    rank=6,
    about=Text("我关注了什么", "What I watch"),
    quick=True,
    chapter=Chapter.BEGIN,
    right=Right.ANYONE,
)
async def show_list(talk: Talk) -> Message:
    """The chat's own funds and lists, with names."""
    texts, subscription = talk.texts, talk.subscription
    if subscription is None:
        raise SaidWrongError(texts.text("list-none"))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    named = Named(panel.profiles)
    lists = await _lists(talk, subscription)
    blocks: list[Paragraph] = [_watched(talk, subscription, named), *(_watchlist(talk, one, named) for one in lists)]
    if not subscription.active:
        blocks.append(paragraph(line(muted(texts.text("list-paused")))))
    buttons = (Button(texts.text("button-lists"), "/lists"), Button(texts.text("button-settings"), "/settings"))
    leave = rows([_leave(talk, one, lists) for one in lists if one.hidden], 1)
    return Message(blocks=(Heading(texts.text("list-title"), 1), *blocks), buttons=(*leave, buttons))


@command(
    "intraday",
    "盘中",
    rank=14,
    about=Text("盘中提醒开关", "Alerts while the exchanges trade"),
    usage=Text("开", "on"),
    chapter=Chapter.SETTINGS,
    right=Right.CHANGE_BY_WORDS,
)
async def intraday(talk: Talk) -> Message:
    """Choose whether big moves and premiums are told while the exchanges trade, or say what is chosen."""
    texts, subscription = talk.texts, talk.subscription or blank(talk)
    chosen = Topic.INTRADAY in subscription.topics
    if not talk.words:
        switch = Button(texts.text("button-off" if chosen else "button-on"), f"/intraday {'off' if chosen else 'on'}")
        said = texts.text("intraday-is-on" if chosen else "intraday-is-off")
        return Message(blocks=(paragraph(said), paragraph(texts.text("intraday-what"))), buttons=((switch,),))
    if not switched(talk.words[0], texts):
        await save(talk, replace(subscription, topics=subscription.topics - {Topic.INTRADAY}))
        return plain(texts.text("intraday-is-off"))
    await save(
        talk, replace(subscription, topics=subscription.topics | {Topic.INTRADAY}, active=True, paused_reason="")
    )
    return Message(
        blocks=(paragraph(line(strong(texts.text("intraday-is-on")))), paragraph(texts.text("intraday-what")))
    )


async def _lists(talk: Talk, subscription: Subscription) -> list[Watchlist]:
    """The lists that a chat follows, in their order."""
    return [one for one in await talk.desk.world.store.watchlists.all() if one.name in subscription.watchlists]


def _watched(talk: Talk, subscription: Subscription, named: Named) -> Paragraph:
    head = line(strong(talk.texts.text("list-watched", count=len(subscription.watched))))
    return Paragraph((head, *(line(*named.spans(one, loud=False), indent=1) for one in sorted(subscription.watched))))


def _leave(talk: Talk, one: Watchlist, lists: list[Watchlist]) -> Button:
    """The way out of a list that /lists does not show any more."""
    label = talk.texts.text("list-leave", name=title_of(one, talk.texts))
    return Button(label, f"/lists leave {slug(one, lists)}")


def _watchlist(talk: Talk, one: Watchlist, named: Named) -> Paragraph:
    names = talk.texts.text("exchange-join").join(named.fund(each) for each in one.codes)
    title = strong(talk.texts.text("list-of", name=title_of(one, talk.texts), count=len(one.codes)))
    head = line(title, *([muted(talk.texts.text("list-withdrawn"))] if one.hidden else []))
    return Paragraph((head, line(names, indent=1)))
