"""One address of a publisher: what it answers from plain tables, and how that may go wrong.

A new endpoint is a class that states its host and path and turns a query into rows and rows into a body.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

Row = dict[str, Any]


class Fault(StrEnum):
    """What goes wrong on the way, whoever the publisher is."""

    BLANK = "blank"
    """200 with an empty body."""
    HTML = "html"
    """A page for people, with status 200."""
    FORBIDDEN = "403"
    THROTTLED = "429"
    BROKEN = "500"
    SHORT = "short"
    """The line drops in the middle of the body."""
    RESET = "reset"
    BANNED = "banned"
    """The line drops before the proxy has reached the publisher."""
    HANG = "hang"
    BOMB = "bomb"
    """A small compressed body that unfolds to half a gigabyte."""


class Twist(StrEnum):
    """What a publisher may say other than it always did."""

    EMPTY = "empty"
    NULL = "null"
    REORDERED = "reordered"
    """The keys of every row in another order."""
    RENAMED = "renamed"
    """Every key under another name."""
    WIDER = "wider"
    """One key more at the end of every row."""
    CUT = "cut"
    """Only the first quarter of the list."""


class BadQueryError(Exception):
    """A query that the publisher would not understand."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """What goes over the line with status 200."""

    content: bytes
    content_type: str = "application/json; charset=utf-8"


class Endpoint(ABC):
    """One address of one publisher."""

    host: ClassVar[str]
    path: ClassVar[str]

    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.twist: Twist | None = None
        self.answers_about: date | None = None
        """Another day's data, whatever day is asked for."""
        self.asked: list[dict[str, str]] = []

    def understand(self, path: str, query: dict[str, str]) -> dict[str, str] | None:
        """The query of a request that is for this endpoint, with what stands in its path; else None."""
        return query if path == self.path else None

    @abstractmethod
    def rows(self, query: Mapping[str, str]) -> Sequence[Row]:
        """The rows for a query; raises BadQueryError."""

    @abstractmethod
    def body(self, rows: Sequence[Row] | None, query: Mapping[str, str]) -> Body:
        """Rows in the publisher's wrapping; None where it says null."""

    def respond(self, query: dict[str, str]) -> Body:
        """The answer to a query, bent as `twist` says."""
        self.asked.append(query)
        return self.body(_twisted(list(self.rows(query)), self.twist), query)

    def day(self, text: str, form: str) -> date:
        """The day a query asks for, exactly in the publisher's form."""
        try:
            asked = datetime.strptime(text, form).date()  # noqa: DTZ007 -- a session has no time zone
        except ValueError as error:
            raise BadQueryError(str(error)) from error
        if asked.strftime(form) != text:
            raise BadQueryError(f"{text!r} is not of the form {form}")
        return self.answers_about or asked


def _twisted(rows: list[Row], twist: Twist | None) -> list[Row] | None:
    return None if twist is Twist.NULL else _BENT[twist](rows)


_BENT: Mapping[Twist | None, Callable[[list[Row]], list[Row]]] = {
    None: lambda rows: rows,
    Twist.EMPTY: lambda rows: [],
    Twist.REORDERED: lambda rows: [dict(reversed(row.items())) for row in rows],
    Twist.RENAMED: lambda rows: [{f"new_{key}": value for key, value in row.items()} for row in rows],
    Twist.WIDER: lambda rows: [{**row, "zzz": None} for row in rows],
    Twist.CUT: lambda rows: rows[: len(rows) // 4],
}


def json_body(content: Any) -> Body:
    """Content as the publishers' servers print JSON."""
    return Body(content=json.dumps(content, ensure_ascii=False).encode())
