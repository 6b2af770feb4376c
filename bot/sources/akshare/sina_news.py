"""Headlines from Sina's wire, as far as they name what is looked for."""

import re
from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.akshare.call import Akshare
from bot.sources.answers import require
from bot.sources.base import Answer, NotPublishedError, Source
from bot.sources.headlines import headlines
from signals.core.snapshot import Dataset

PUBLISHER = "新浪财经"

_PUBLISHED, _TEXT = "时间", "内容"
_HEADING = re.compile(r"\s*【([^】]+)】")


class SinaNews(Source):
    """`stock_info_global_sina`: the newest twenty messages of any kind, each a text that may begin with a heading.

    Those that do not name the keyword are left out; that none does is no failure. The day is the one asked
    for, the messages are of the last hours, and none has a link.
    """

    name = "akshare.sina_news"
    host = "zhibo.sina.com.cn"
    dataset: ClassVar[Dataset] = Dataset.NEWS
    settles: ClassVar[bool] = False
    past: ClassVar[bool] = False
    exact: ClassVar[bool] = False

    def __init__(self, akshare: Akshare, keyword: str = "ETF") -> None:
        self._akshare = akshare
        self._keyword = keyword

    def fetch(self, day: date) -> pd.DataFrame:
        """One request; the wire knows no day."""
        return self._akshare.call("stock_info_global_sina")

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """The heading of a message, or its text where it has none."""
        require(raw, _PUBLISHED, _TEXT)
        texts = raw[_TEXT].astype("str")
        named = texts.str.contains(self._keyword, case=False, regex=False)
        if not named.any():
            raise NotPublishedError(f"none of {len(raw)} messages names {self._keyword}")
        titles = [_title(text) for text in texts[named]]
        told = headlines(
            titles=titles,
            published=raw.loc[named, _PUBLISHED],
            publishers=[PUBLISHER] * len(titles),
            links=[""] * len(titles),
        )
        return Answer(day=day, table=told)


def _title(text: str) -> str:
    heading = _HEADING.match(text)
    return heading[1] if heading else text
