"""Subscribe, watch, unwatch: what a chat wants to hear."""

from dataclasses import replace

from bot.commands.base import SaidWrongError, Talk, command
from bot.commands.chats import blank, save
from bot.commands.lookup import find_fund, fund_words
from bot.commands.offering import SHARED, offer_shared
from bot.messages.model import Button, Heading, Message, Paragraph, line, muted, paragraph, plain, strong
from bot.messages.names import Named
from bot.store.watchlists import Watchlist
from bot.subscriptions import Subscription
from signals.core.detector import Topic
from signals.core.text import Text

_SWITCH = {"on": True, "开": True, "开启": True, "off": False, "关": False, "关闭": False}

_CODE, _TWO_CODES = (Text(codes, codes) for codes in ("560850", "560850 159590"))


def _next_steps(talk: Talk) -> tuple[tuple[Button, ...], ...]:
    texts = talk.texts
    return (
        (Button(texts.text("button-digest"), "/digest"), Button(texts.text("button-list"), "/list")),
        (Button(texts.text("button-margin"), "/margin"), Button(texts.text("button-help"), "/help")),
    )


@command("start", "开始", rank=1, about=Text("认识一下，看看能做什么", "What this bot does and how to begin"))
async def start(talk: Talk) -> Message:
    """Greet, or offer the rule that a link leads to; a chat that was paused because it could not be reached comes back."""
    texts = talk.texts
    if talk.words and talk.words[0].startswith(SHARED):
        return await offer_shared(talk, talk.words[0])
    if talk.subscription is not None and talk.subscription.paused_reason:
        await save(talk, replace(talk.subscription, active=True, paused_reason=""))
    joined = talk.subscription is not None and (talk.subscription.active or bool(talk.subscription.paused_reason))
    first = (
        Button(texts.text("button-digest"), "/digest")
        if joined
        else Button(texts.text("button-subscribe"), "/subscribe")
    )
    return Message(
        blocks=(
            Heading(texts.text("start-title"), 1),
            paragraph(*texts.text("start-what").splitlines()),
            paragraph(texts.text("start-back" if joined else "start-how")),
            *((paragraph(line(strong(texts.text("demo-notice")))),) if talk.desk.demo else ()),
        ),
        buttons=((first, Button(texts.text("button-help"), "/help")),),
    )


@command("subscribe", "订阅", rank=2, about=Text("订阅提醒与日报", "Get alerts and digests"))
async def subscribe(talk: Talk) -> Message:
    """Begin, or begin again with the old settings."""
    texts = talk.texts
    if talk.subscription is not None and talk.subscription.active:
        return Message(blocks=(paragraph(texts.text("subscribe-already")),), buttons=_next_steps(talk))
    if talk.subscription is not None:
        saved = await save(talk, replace(talk.subscription, active=True, paused_reason=""))
        key = "subscribe-again"
    else:
        saved, key = await save(talk, blank(talk)), "subscribe-done"
    minute = f"{saved.evening_digest:%H:%M}" if saved.evening_digest else "—"
    lists = texts.text("list-comma").join([_title(talk, one) for one in await _lists(talk, saved)]) or "—"
    return Message(
        blocks=(
            paragraph(line(strong(texts.text(key)))),
            paragraph(*texts.text("subscribe-what", minute=minute, lists=lists).splitlines()),
        ),
        buttons=_next_steps(talk),
    )


@command("unsubscribe", "退订", rank=3, about=Text("停止提醒，设置保留", "Stop; your settings are kept"))
async def unsubscribe(talk: Talk) -> Message:
    """Stop every message to this chat; nothing that was set is lost."""
    mine = talk.subscription
    if mine is None or not (mine.active or mine.paused_reason):
        return plain(talk.texts.text("unsubscribe-none"))
    await save(talk, replace(mine, active=False, paused_reason=""))
    back = Button(talk.texts.text("button-subscribe"), "/subscribe")
    return Message(blocks=(paragraph(talk.texts.text("unsubscribe-done")),), buttons=((back,),))


@command("watch", "关注", rank=4, about=Text("关注基金", "Watch funds"), usage=_TWO_CODES)
async def watch(talk: Talk) -> Message:
    """Add funds by code or name; a chat that does not listen yet is subscribed and told so."""
    words = fund_words(talk.words)
    if not words:
        raise SaidWrongError(talk.texts.text("watch-what"))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    funds = [find_fund(panel, word, talk.texts) for word in words]
    subscription = talk.subscription or blank(talk)
    watched = subscription.watched | {fund.code for fund in funds}
    most = talk.desk.newcomer.max_watched
    if len(watched) > most:
        raise SaidWrongError(talk.texts.text("watch-too-many", limit=most))
    await save(talk, replace(subscription, watched=watched, active=True, paused_reason=""))
    named = Named(panel.profiles)
    lines = [line(*named.spans(fund.code, loud=False), indent=1) for fund in funds]
    began = [] if talk.subscription and talk.subscription.active else [paragraph(talk.texts.text("watch-subscribed"))]
    return Message(
        blocks=(Paragraph((line(strong(talk.texts.text("watch-done"))), *lines)), *began),
        buttons=(tuple(Button(fund.name, f"/etf {fund.code}") for fund in funds[:3]),),
    )


@command("unwatch", "取消关注", "取关", rank=5, about=Text("取消关注", "Stop watching funds"), usage=_CODE)
async def unwatch(talk: Talk) -> Message:
    """Remove funds by code or name; one that the market does not know any more, by its code."""
    words = fund_words(talk.words)
    if not words:
        raise SaidWrongError(talk.texts.text("unwatch-what"))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    mine = talk.subscription.watched if talk.subscription else frozenset()
    codes = {word if word in mine else find_fund(panel, word, talk.texts).code for word in words}
    missing = sorted(codes - mine)
    if missing or talk.subscription is None:
        raise SaidWrongError(talk.texts.text("unwatch-not-watched", codes=" ".join(missing)))
    await save(talk, replace(talk.subscription, watched=mine - codes))
    return plain(talk.texts.text("unwatch-done", codes=" ".join(sorted(codes))))


@command("list", "我的", "列表", rank=6, about=Text("我关注了什么", "What I watch"), quick=True)
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
    return Message(blocks=(Heading(texts.text("list-title"), 1), *blocks))


@command(
    "intraday",
    "盘中",
    rank=14,
    about=Text("盘中提醒开关", "Alerts while the exchanges trade"),
    usage=Text("开", "on"),
)
async def intraday(talk: Talk) -> Message:
    """Choose whether big moves and premiums are told while the exchanges trade, or say what is chosen."""
    texts, subscription = talk.texts, talk.subscription or blank(talk)
    chosen = Topic.INTRADAY in subscription.topics
    if not talk.words:
        switch = Button(texts.text("button-off" if chosen else "button-on"), f"/intraday {'off' if chosen else 'on'}")
        said = texts.text("intraday-is-on" if chosen else "intraday-is-off")
        return Message(blocks=(paragraph(said), paragraph(texts.text("intraday-what"))), buttons=((switch,),))
    wanted = _SWITCH.get(talk.words[0].lower())
    if wanted is None:
        raise SaidWrongError(texts.text("switch-unknown", word=talk.words[0]))
    if not wanted:
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


def _title(talk: Talk, one: Watchlist) -> str:
    return talk.texts.of(Text(one.title_zh, one.title_en))


def _watched(talk: Talk, subscription: Subscription, named: Named) -> Paragraph:
    head = line(strong(talk.texts.text("list-watched", count=len(subscription.watched))))
    return Paragraph((head, *(line(*named.spans(one, loud=False), indent=1) for one in sorted(subscription.watched))))


def _watchlist(talk: Talk, one: Watchlist, named: Named) -> Paragraph:
    names = talk.texts.text("exchange-join").join(named.fund(each) for each in one.codes)
    head = line(strong(talk.texts.text("list-of", name=_title(talk, one), count=len(one.codes))))
    return Paragraph((head, line(names, indent=1)))
