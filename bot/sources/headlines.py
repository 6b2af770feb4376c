"""Headlines as every publisher's become ours: plain words, a moment, and a link that leads to the web."""

import html
import re
from collections.abc import Iterable
from datetime import datetime

import pandas as pd

from bot.sources.base import SourceChangedError
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import NEWS_COLUMNS

TEXT_CHARACTERS_MAX = 200
"""Of a title or a publisher's name."""

_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_WEB_LINK = re.compile(r"https?://[^\s\"'<>]+")


def headlines(
    *, titles: Iterable[object], published: Iterable[object], publishers: Iterable[object], links: Iterable[object]
) -> pd.DataFrame:
    """Plain text, newest first; a row without a title or a time that can be read is left out.

    A link that does not lead to the web becomes empty text. Raises SourceChangedError where no row is left.
    """
    table = pd.DataFrame(
        {
            "title": [_plain(one) for one in titles],
            "published": [_moment(one) for one in published],
            "publisher": [_plain(one) for one in publishers],
            "link": [str(one) if _WEB_LINK.fullmatch(str(one)) else "" for one in links],
        },
        columns=list(NEWS_COLUMNS),
        dtype="str",
    )
    told = table[(table["title"] != "") & (table["published"] != "")]
    if told.empty:
        raise SourceChangedError("headlines", f"none of {len(table)} rows has a title and a time")
    told = told.sort_values("published", ascending=False, kind="stable")
    return told.set_axis([str(number) for number in range(len(told))])


def _plain(text: object) -> str:
    if not isinstance(text, str):
        return ""
    without_markup = _TAG.sub("", html.unescape(text))
    return " ".join(without_markup.split())[:TEXT_CHARACTERS_MAX]


def _moment(text: object) -> str:
    """The ISO moment of Shanghai's clock, which publishers state without a zone; empty where it is none."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return ""
    return (moment if moment.tzinfo else moment.replace(tzinfo=MARKET_ZONE)).astimezone(MARKET_ZONE).isoformat()
