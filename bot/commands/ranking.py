"""Rank: the leaders among equity funds, or among the funds of a list, an index or a class."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from bot.commands.base import Chapter, ManyMeantError, Right, SaidWrongError, Talk, command
from bot.commands.choices import rows
from bot.commands.following import known, slug, title_of
from bot.commands.spelling import plain_word
from bot.messages.catalogue import catalogue
from bot.messages.figures import figure_text
from bot.messages.model import Button, Heading, Message, Span, Table, code, strong
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.study import class_name
from bot.store.watchlists import Watchlist
from bot.subscriptions import Language
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.peers import RANKED, alive
from signals.core.profile import EQUITY_LIKE, FundClass, plain_index_name
from signals.core.quantity import Quantity
from signals.core.text import Text

_ROWS = 10
_MOST_INDICES = 6
_BY = {
    "溢价": "premium",
    "溢价率": "premium",
    "换手": "turnover",
    "换手率": "turnover",
    "流入": "flow",
    "净流入": "flow",
    "份额": "share_growth",
    "份额增长": "share_growth",
    "growth": "share_growth",
    "规模": "aum",
    "size": "aum",
}
"""Words for what funds are ranked by, besides the names of `RANKED`."""

_LINKS = frozenset({"in", "of", "by", "在", "按", "里", "中", "的"})
"""Words that only join the others."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which funds are ranked: what they are called, how a button names them, and their codes."""

    title: str
    word: str
    funds: frozenset[str]


@command(
    "rank",
    "排行",
    rank=9,
    about=Text("全市场排行，或清单、指数、大类内的排行", "Ranking of the market, or in a list, index or class"),
    usage=Text("换手", "turnover"),
    quick=True,
    chapter=Chapter.ASK,
    right=Right.ANYONE,
    examples=Text(
        "排行 换手\n排行 净流入 宽基\n排行 溢价 中证A500\n排行 规模 债券",
        "rank turnover\nrank flow in Dividend\nrank premium in 中证A500\nrank size in bond",
    ),
)
async def rank(talk: Talk) -> Message:
    """The leaders by one quantity; of all equity funds unless something else is named."""
    said = [word for word in talk.words if word.lower() not in _LINKS]
    by = next((_BY.get(word.lower(), word.lower()) for word in said if _is_quantity(word)), "flow")
    rest = " ".join(word for word in said if not _is_quantity(word))
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    scope = _scope(rest, panel, await known(talk), talk) if rest else None
    return await asyncio.to_thread(_ranking, talk, panel, RANKED[by], scope)


def _is_quantity(word: str) -> bool:
    return _BY.get(word.lower(), word.lower()) in RANKED


def _scope(word: str, panel: Panel, lists: list[Watchlist], talk: Talk) -> _Scope:
    """A list by any of its names, a class in either language, an index by code or name or a piece of it."""
    said = plain_word(word)
    for one in lists:
        if said in {plain_word(name) for name in (one.name, one.title_zh, one.title_en, slug(one, lists))}:
            codes = frozenset(one.codes)
            return _Scope(title_of(one, talk.texts), slug(one, lists), codes)
    for fund_class in FundClass:
        if said in _class_names(fund_class):
            funds = frozenset(code for code, fund in panel.profiles.items() if fund.fund_class is fund_class)
            return _Scope(class_name(fund_class, talk.texts), fund_class, funds)
    return _index_scope(word, panel, talk)


def _index_scope(word: str, panel: Panel, talk: Talk) -> _Scope:
    said = plain_index_name(plain_word(word))
    names = {one.index_key: plain_word(plain_index_name(one.index_name)) for one in panel.profiles.values()}
    names.pop("", None)
    found = [key for key, name in names.items() if said in (key.lower(), name)]
    found = found or [key for key, name in names.items() if said and said in name]
    if not found:
        known = talk.texts.text("exchange-join").join(_rank_word(talk, one) for one in RANKED)
        raise SaidWrongError(talk.texts.text("rank-what", word=word, known=known))
    named = Named(panel.profiles)
    if len(found) > 1:
        living = zip(panel.subjects[Axis.FUND], panel.derive(alive)[-1], strict=True)
        funds = Counter(panel.profiles[code].index_key for code, lives in living if lives)
        found.sort(key=lambda key: -funds[key])
        meant = tuple((f"{named.index(key)} {key}", key) for key in found[:_MOST_INDICES])
        raise ManyMeantError(talk.texts.text("rank-indices", word=word, count=len(found)), word, meant)
    return _Scope(
        named.index(found[0]),
        found[0],
        frozenset(code for code, fund in panel.profiles.items() if fund.index_key == found[0]),
    )


def _class_names(one: FundClass) -> set[str]:
    names = {plain_word(class_name(one, catalogue(language))) for language in Language}
    return {
        one.value,
        one.value.replace("_", ""),
        *names,
        *(name.removesuffix("s").removesuffix("etf") for name in names),
    }


def _rank_word(talk: Talk, name: str) -> str:
    return talk.texts.text(f"rank-by-{name.replace('_', '-')}")


def _ranking(talk: Talk, panel: Panel, quantity: Quantity, scope: _Scope | None) -> Message:
    equity = {code for code, one in panel.profiles.items() if one.fund_class in EQUITY_LIKE}
    wanted = scope.funds if scope else equity
    figures = {fund: quantity.figure(panel, fund) for fund in panel.subjects[Axis.FUND] if fund in wanted}
    known = {fund: figure for fund, figure in figures.items() if figure is not None}
    if not known:
        raise SaidWrongError(talk.texts.text("rank-none"))
    newest = max(figure.day for figure in known.values())
    same = sorted((one for one in known.items() if one[1].day == newest), key=lambda one: -one[1].value)[:_ROWS]
    teller = Teller(talk.language, talk.desk.world.detectors, talk.today, Named(panel.profiles))
    table = tuple(
        (Span(str(place)), strong(panel.profiles[fund].name), code(fund), Span(figure_text(figure, talk.language)))
        for place, (fund, figure) in enumerate(same, 1)
    )
    label = talk.texts.of(quantity.label)
    texts = talk.texts
    title = (
        texts.text("rank-title-in", what=label, scope=scope.title) if scope else texts.text("rank-title", what=label)
    )
    title += teller.dated(newest, [figure for _, figure in same])
    header = ("#", texts.text("rank-fund"), texts.text("rank-code"), label)
    behind = f" {scope.word}" if scope else ""
    buttons = [
        Button(_rank_word(talk, name), f"/rank {name}{behind}") for name in RANKED if RANKED[name] is not quantity
    ]
    heading = Heading(f"{title} {texts.text('demo-label')}" if panel.demo else title, 1)
    return Message(blocks=(heading, Table(header, table)), buttons=rows(buttons, 2), in_place=True)
