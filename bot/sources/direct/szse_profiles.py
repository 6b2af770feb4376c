"""Who the ETFs of SZSE are, from the exchange itself."""

import random
from datetime import date
from typing import Any, ClassVar

import pandas as pd

from bot.sources.answers import require
from bot.sources.base import Answer, Source
from bot.sources.direct.http import Http
from bot.sources.profiles import index_code, live_profiles
from bot.sources.workbook import first_sheet
from signals.core.snapshot import Dataset

_URL = "https://www.szse.cn/api/report/ShowReport"
_HEADERS = {"Referer": "https://www.szse.cn/market/product/list/etfList/index.html"}
_QUERY = {"SHOWTYPE": "xlsx", "CATALOGID": "1945", "TABKEY": "tab1"}

_CODE, _NAME, _INDEX = "证券代码", "证券简称", "拟合指数"
_ALSO_CALLED = {"基金代码": _CODE, "基金简称": _NAME}


class SzseProfiles(Source):
    """The exchange's list of its ETFs in one workbook: name and tracked index, as "399372 大盘成长".

    It has no date, no history and no classes. It covers SZSE alone: the second choice for that exchange's
    funds, where the list of the whole market fails or does not know the index of a new one.
    """

    name = "szse.profiles"
    host = "www.szse.cn"
    dataset: ClassVar[Dataset] = Dataset.PROFILE
    scope = "SZSE"
    past: ClassVar[bool] = False
    exact: ClassVar[bool] = False

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, day: date) -> pd.DataFrame:
        """The list as it is now, whatever day is asked for."""
        fresh = {"random": str(random.random())}  # noqa: S311 -- caches on the way must not answer
        return first_sheet(self._http.get(_URL, {**_QUERY, **fresh}, headers=_HEADERS).content)

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Words by code; the day is the one asked for."""
        rows = raw.rename(columns={other: ours for other, ours in _ALSO_CALLED.items() if ours not in raw.columns})
        require(rows, _CODE, _NAME, _INDEX)
        tracked = [_index(one) for one in rows[_INDEX]]
        words = pd.DataFrame(
            {
                "code": rows[_CODE].to_list(),
                "name": rows[_NAME].to_list(),
                "index_code": [code for code, _ in tracked],
                "index_name": [name for _, name in tracked],
            }
        )
        return Answer(day=day, table=live_profiles(words))


def _index(cell: Any) -> tuple[str, str]:
    """Code and name of "399372 大盘成长"; a cell without a code is a name."""
    words = cell.split(maxsplit=1) if isinstance(cell, str) else []
    code = index_code(words[0]) if words else ""
    return (code, words[1] if len(words) > 1 else "") if code else ("", " ".join(words))
