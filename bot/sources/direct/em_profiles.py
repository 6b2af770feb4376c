"""Who the ETFs are, from Eastmoney's fund selector."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

import pandas as pd

from bot.sources.answers import require
from bot.sources.base import Answer, Source, SourceChangedError
from bot.sources.direct.http import Http
from bot.sources.profiles import index_code, live_profiles
from signals.core.profile import FundClass
from signals.core.snapshot import Dataset

NO_ROWS = 9201
"""Eastmoney's code for "nothing found"."""

_URL = "https://datacenter.eastmoney.com/stock/fundselector/api/data/get"
_CODE, _NAME, _CLASS, _INDEX_CODE, _INDEX_NAME = _FIELDS = (
    "SECURITY_CODE",
    "SECURITY_NAME_ABBR",
    "ETF_TYPE_CODE",
    "INDEX_CODE",
    "INDEX_NAME",
)
_QUERY = {
    "type": "RPTA_APP_FUNDSELECT",
    "sty": ",".join(_FIELDS),
    "source": "FUND_SELECTOR",
    "client": "APP",
    "filter": '(ETF_TYPE_CODE="ALL")',
    "p": "1",
    "ps": "2000",
}

_CLASSES: Mapping[object, FundClass] = {
    "002": FundClass.CROSS_BORDER,
    "003": FundClass.BOND,
    "004": FundClass.COMMODITY,
    "006": FundClass.EQUITY,
    "007": FundClass.EQUITY,
    "008": FundClass.EQUITY,
}


class EastmoneyProfiles(Source):
    """The selector's list of all ETFs in one request: name, class and tracked index.

    It has no date and no history. A class of another number, a money fund's among them, and an index without
    a code of its own are not known here, which takes back nothing that is known from elsewhere. The list's
    share counts, net values and discounts are of an unknown day, the last of them with the opposite sign:
    they are not asked for.
    """

    name = "em.profiles"
    host = "datacenter.eastmoney.com"
    dataset: ClassVar[Dataset] = Dataset.PROFILE
    past: ClassVar[bool] = False
    exact: ClassVar[bool] = False

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, day: date) -> pd.DataFrame:
        """The list as it is now, whatever day is asked for; one that is cut to a page is refused."""
        return _listed(self._http.get(_URL, _QUERY).json())

    def parse(self, raw: pd.DataFrame, day: date) -> Answer:
        """Words by code; the day is the one asked for."""
        require(raw, *_FIELDS)
        words = pd.DataFrame(
            {
                "code": raw[_CODE],
                "name": raw[_NAME],
                "index_code": [index_code(one) for one in raw[_INDEX_CODE]],
                "index_name": raw[_INDEX_NAME],
                "fund_class": [str(_CLASSES.get(str(one), "")) for one in raw[_CLASS]],
            }
        )
        return Answer(day=day, table=live_profiles(words))


def _listed(content: Any) -> pd.DataFrame:
    match content:
        case {"result": {"data": [*rows], "count": int(count)}} if all(isinstance(row, dict) for row in rows):
            if len(rows) < count:
                raise SourceChangedError("row_count", f"{len(rows)} of {count} rows came")
            return pd.DataFrame(rows)
        case {"result": None, "code": int(code)} if code not in (0, NO_ROWS):
            raise SourceChangedError("answer", f"code {code}: {str(content.get('message'))[:80]!r}")
        case {"result": None}:
            return pd.DataFrame()
    raise SourceChangedError("columns", "there is no list of rows under result")
