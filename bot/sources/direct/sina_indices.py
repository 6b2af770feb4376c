"""Levels of the main indices from Sina's quote server."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.base import Answer, Source
from bot.sources.direct.http import Http
from bot.sources.indices import ENCODING, SYMBOLS, index_answer, quotes_in
from signals.core.snapshot import Dataset

_LEVEL = 3
_MOMENT = r",(\d{4}-\d\d-\d\d,\d\d:\d\d:\d\d)(?:,|$)"
"""Near the end, but Shanghai's quotes have one field more behind it than Shenzhen's."""
_FORM = "%Y-%m-%d,%H:%M:%S"


class SinaIndices(Source):
    """One request for all of them; `var hq_str_sh000001="上证指数,open,previous,level,…,day,time,00,"`.

    The text of an unknown code is empty. Without a page of Sina's as Referer the server refuses everybody.
    """

    name = "sina.indices"
    host = "hq.sinajs.cn"
    dataset: ClassVar[Dataset] = Dataset.INDEX
    past: ClassVar[bool] = False

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, day: date) -> pd.DataFrame:
        """The quotes as they are now, whatever day is asked for."""
        address = f"https://{self.host}/list={','.join(SYMBOLS)}"
        reply = self._http.get(address, headers={"Referer": "https://finance.sina.com.cn"})
        return quotes_in(reply.decoded(ENCODING), reply.url)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Day and time are those of each quote, found by their form."""
        levels = raw["text"].str.split(",", expand=True).reindex(columns=[_LEVEL])[_LEVEL]
        return index_answer(raw["symbol"], levels, raw["text"].str.extract(_MOMENT, expand=False), _FORM, day)
