"""Headlines from Eastmoney's news search."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.base import Answer, Source
from bot.sources.headlines import headlines
from signals.core.snapshot import Dataset

_TITLE, _PUBLISHED, _PUBLISHER, _LINK = "新闻标题", "发布时间", "文章来源", "新闻链接"


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
        """As `headlines` has them."""
        require(raw, _TITLE, _PUBLISHED, _PUBLISHER, _LINK)
        table = headlines(titles=raw[_TITLE], published=raw[_PUBLISHED], publishers=raw[_PUBLISHER], links=raw[_LINK])
        return Answer(day=day, table=table)
