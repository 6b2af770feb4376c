"""Eastmoney's ranking of the funds on the exchanges, from plain net asset values."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row
from tests.fakes.publishers import ByCode


class EastmoneyRank(Endpoint):
    """A script with one text of 23 fields for each fund: its latest value, whatever day it is."""

    host: ClassVar[str] = "fund.eastmoney.com"
    path: ClassVar[str] = "/data/rankhandler.aspx"

    def __init__(self, values: Mapping[date, ByCode]) -> None:
        super().__init__()
        self.values = values

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if (query["op"], query["dt"], query["ft"]) != ("ph", "fb", "ct"):
            raise BadQueryError(f"not the ranking of funds on the exchanges: {query}")
        newest = {code: (day, value) for day in sorted(self.values) for code, value in self.values[day].items()}
        return [self._row(code, day, value) for code, (day, value) in newest.items()]

    @staticmethod
    def _row(code: str, day: date, value: float) -> Row:
        return {
            "代码": code,
            "简称": f"基金{code}",
            "拼音": f"JJ{code}",
            "日期": day.isoformat(),
            "单位净值": f"{value:.4f}",
            "累计净值": f"{3 * value:.4f}",
            **{f"近{number}": "1.23" for number in range(5)},
            "近2年": "",
            "近3年": "",
            "今年来": "151.95",
            "成立来": "278.6",
            "成立日期": "2025-03-24",
            **{f"空{number}": "" for number in range(5)},
            "类型": "指数型-股票",
            "末": "",
        }

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        funds = None if rows is None else [",".join(str(field) for field in row.values()) for row in rows]
        tail = f"allRecords:{len(rows or ())},pageIndex:1,pageNum:{query['pn']},allPages:1"
        content = f"var rankData = {{datas:{json.dumps(funds, ensure_ascii=False)},{tail}}};"
        return Body(content=content.encode(), content_type="text/html; charset=utf-8")
