"""Sina's wire of short messages."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Row, json_body


def message(text: str, published: str) -> Row:
    """A message of the wire."""
    return {"id": 4_712_345, "zhibo_id": 152, "type": 0, "rich_text": text, "create_time": published, "tag": []}


class SinaWire(Endpoint):
    """The newest twenty messages."""

    host: ClassVar[str] = "zhibo.sina.com.cn"
    path: ClassVar[str] = "/api/zhibo/feed"

    def __init__(self, messages: Sequence[Row]) -> None:
        super().__init__()
        self.messages = messages

    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        if (query["zhibo_id"], query["page_size"]) != ("152", "20"):
            raise BadQueryError(f"not the wire: {query}")
        return self.messages[:20]

    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        feed = {"list": rows, "page_info": {"totalPage": 500}}
        return json_body({"result": {"status": {"code": 0, "msg": "OK"}, "data": {"feed": feed}}})
