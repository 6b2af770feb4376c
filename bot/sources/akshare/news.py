"""Headlines from Eastmoney's news search."""

import html
import re
from datetime import date, datetime
from typing import Any, ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.base import Answer, Source, SourceChangedError
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import NEWS_COLUMNS, Dataset

TEXT_CHARACTERS_MAX = 200
"""Of a title or a publisher's name."""

_TITLE, _PUBLISHED, _PUBLISHER, _LINK = "新闻标题", "发布时间", "文章来源", "新闻链接"
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_WEB_LINK = re.compile(r"https?://[^\s\"'<>]+")


class EastmoneyNews(Source):
    """`stock_news_em`: the ten headlines that the search puts first for a keyword.

    The day is the one asked for, the headlines are of any. The function asks by curl, of which the child
    sees no status: a ban looks like any other page instead of data.
    """

    name = "akshare.news"
    host = "search-api-web.eastmoney.com"
    dataset: ClassVar[Dataset] = Dataset.NEWS
    settles: ClassVar[bool] = False
    past: ClassVar[bool] = False
    exact: ClassVar[bool] = False

    def __init__(self, akshare: Akshare, keyword: str = "ETF") -> None:
        self._akshare = akshare
        self._keyword = keyword

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; the search knows no day."""
        return self._akshare.call("stock_news_em", symbol=self._keyword)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Plain text, newest first; a row without a title or a time that can be read is left out.

        A link that does not lead to the web becomes empty text.
        """
        require(raw, _TITLE, _PUBLISHED, _PUBLISHER, _LINK)
        table = pd.DataFrame(
            {
                "title": _words(raw[_TITLE]),
                "published": [_moment(one) for one in raw[_PUBLISHED]],
                "publisher": _words(raw[_PUBLISHER]),
                "link": [str(one) if _WEB_LINK.fullmatch(str(one)) else "" for one in raw[_LINK]],
            },
            columns=list(NEWS_COLUMNS),
            dtype="str",
        )
        told = table[(table["title"] != "") & (table["published"] != "")]
        if told.empty:
            raise SourceChangedError("headlines", f"none of {len(table)} rows has a title and a time")
        told = told.sort_values("published", ascending=False, kind="stable")
        return Answer(day=day, table=told.set_axis([str(number) for number in range(len(told))]))


def _words(column: "pd.Series[Any]") -> list[str]:
    return [_plain(one) if isinstance(one, str) else "" for one in column]


def _plain(text: str) -> str:
    without_markup = _TAG.sub("", html.unescape(text))
    return " ".join(without_markup.split())[:TEXT_CHARACTERS_MAX]


def _moment(text: object) -> str:
    """The ISO moment of Shanghai's clock, which Eastmoney states without a zone; empty where it is none."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return ""
    return (moment if moment.tzinfo else moment.replace(tzinfo=MARKET_ZONE)).astimezone(MARKET_ZONE).isoformat()
