"""What an exception inside an akshare call means: wait, go on without it, or the publisher has changed."""

import json
import re
from http.client import RemoteDisconnected
from types import TracebackType
from zipfile import BadZipFile

import pandas as pd
from requests.exceptions import InvalidURL

from bot.sources.akshare.wire import Outcome
from bot.sources.base import LIMITED_STATUSES

_UNREACHED = (OSError, json.JSONDecodeError, BadZipFile, MemoryError)
"""No connection, an error status (every error of requests is an OSError), or a page instead of data."""


SERVER_FAILED = 500
"""From this status on the publisher itself says that it failed."""

GONE_STATUSES = frozenset({404, 410})
"""There is no such file, and waiting will bring none: of an index that a publisher does not compile, say."""


def outcome_of(error: Exception, status: int = 0) -> Outcome:
    """The meaning of an exception that an akshare function raised after an answer with this status.

    akshare has no exceptions of its own: it stumbles over what it was sent. What it had in hand when it
    fell tells an answer without rows (not published) from one of another shape (changed). Most of its
    functions do not look at the status, and read the page of a ban as broken data.
    """
    if status in LIMITED_STATUSES or _hung_up_on(error):
        return Outcome.LIMITED
    if status >= SERVER_FAILED or isinstance(error, _UNREACHED) or _was_a_page(error):
        return Outcome.UNAVAILABLE
    if _was_no_workbook(error) and status not in GONE_STATUSES:
        return Outcome.UNAVAILABLE
    if _was_null(error) or _had_no_rows(error):
        return Outcome.NOT_PUBLISHED
    return Outcome.CHANGED


def reason_of(error: Exception) -> str:
    """The exception in words, without the address's query, which would hide the cause behind it."""
    if isinstance(error, InvalidURL):
        # akshare's addresses are constants: it is a proxy's, and the text may quote its password.
        return f"{type(error).__name__}: the address of a proxy cannot be read"
    return f"{type(error).__name__}: {re.sub(r' with url: [^ ]+', '', str(error))}"


def _hung_up_on(error: BaseException | None) -> bool:
    """Whether the line ended before a word was said, as a banned address finds it, directly or at a proxy."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, RemoteDisconnected) or any(isinstance(one, RemoteDisconnected) for one in seen.args):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _was_a_page(error: Exception) -> bool:
    """Whether something else came instead of data: akshare's own decoder and its reader of BSE say so in their way."""
    own_decoder = type(error).__name__ == "JSONDecodeError"
    return own_decoder or (isinstance(error, ValueError) and str(error).startswith("Failed to parse the BSE JSONP"))


def _was_null(error: Exception) -> bool:
    return isinstance(error, TypeError) and "'NoneType'" in str(error)


def _was_no_workbook(error: Exception) -> bool:
    # A page again, which pandas looks into itself where akshare does not say that it is an xlsx.
    return isinstance(error, ValueError) and str(error).startswith("Excel file format cannot be determined")


def _had_no_rows(error: Exception) -> bool:
    # Eastmoney's pager divides by the number of rows on the first page.
    if isinstance(error, ZeroDivisionError):
        return True
    tables = _tables_of_akshare(error.__traceback__)
    return bool(tables) and all(len(table) == 0 for table in tables)


def _tables_of_akshare(traceback: TracebackType | None) -> list[pd.DataFrame]:
    """The tables in the innermost frame of akshare that holds any."""
    tables: list[pd.DataFrame] = []
    while traceback is not None:
        frame, traceback = traceback.tb_frame, traceback.tb_next
        if frame.f_globals.get("__name__", "").startswith("akshare."):
            tables = [value for value in frame.f_locals.values() if isinstance(value, pd.DataFrame)] or tables
    return tables
