"""Levels of the main indices from Tencent's quote server."""

from datetime import date
from typing import ClassVar

import pandas as pd

from bot.sources.base import Answer, Source
from bot.sources.direct.http import Http
from bot.sources.indices import ENCODING, SYMBOLS, index_answer, quotes_in
from signals.core.snapshot import Dataset

_CODE, _LEVEL, _MOMENT = 2, 3, 30
_FORM = "%Y%m%d%H%M%S"


class TencentIndices(Source):
    """One request for all of them; `v_sh000001="1~上证指数~000001~3318.06~…"`, fields by position.

    An unknown code is passed over in silence, and `v_pv_none_match` stands where all are. A quote whose field
    of the code holds something else has moved its fields and is not used.
    """

    name = "tencent.indices"
    host = "qt.gtimg.cn"
    dataset: ClassVar[Dataset] = Dataset.INDEX
    past: ClassVar[bool] = False

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, day: date) -> pd.DataFrame:
        """The quotes as they are now, whatever day is asked for."""
        reply = self._http.get(f"https://{self.host}/q={','.join(SYMBOLS)}")
        return quotes_in(reply.decoded(ENCODING), reply.url)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Day and time are those of each quote."""
        fields = raw["text"].str.split("~", expand=True).reindex(columns=[_CODE, _LEVEL, _MOMENT])
        own = fields[_CODE] == raw["symbol"].str[2:]
        return index_answer(raw["symbol"], fields[_LEVEL].where(own), fields[_MOMENT], _FORM, day)
