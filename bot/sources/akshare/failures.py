"""What an exception inside an akshare call means: wait, go on without it, or the publisher has changed."""

import json
import re
from types import TracebackType
from zipfile import BadZipFile

import pandas as pd
from requests.exceptions import InvalidURL

from bot.sources.akshare.wire import Outcome

_UNREACHED = (OSError, json.JSONDecodeError, BadZipFile, MemoryError)
"""No connection, an error status (every error of requests is an OSError), or a page instead of data."""


def outcome_of(error: Exception) -> Outcome:
    """The meaning of an exception that an akshare function raised.

    akshare has no exceptions of its own: it stumbles over what it was sent. What it had in hand when it
    fell tells an answer without rows (not published) from one of another shape (changed).
    """
    if isinstance(error, _UNREACHED):
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


def _was_null(error: Exception) -> bool:
    return isinstance(error, TypeError) and "'NoneType'" in str(error)


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
