"""Workbooks (xlsx) that publishers send, with a bound on what they may unfold to."""

import warnings
import zipfile
from io import BytesIO

import pandas as pd

from bot.sources.base import SourceChangedError, UnavailableError

UNPACKED_MAX = 256 * 1024 * 1024
"""Bytes; the largest workbook here, half a year of share counts of all ETFs, is a tenth of that."""


def first_sheet(content: bytes) -> pd.DataFrame:
    """The first sheet under its headings, every cell as text.

    Raises UnavailableError for anything that is no workbook, such as a page for people, and
    SourceChangedError for one that cannot be read.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnavailableError(f"no workbook came but {content[:40]!r}") from error
    if unpacked > UNPACKED_MAX:
        raise UnavailableError(f"the workbook unfolds to {unpacked} bytes")
    try:
        with warnings.catch_warnings():
            # The exchange's workbooks have no styles. Should threads meet here, this one filter stays for good.
            warnings.filterwarnings("ignore", "Workbook contains no ", UserWarning)
            return pd.read_excel(BytesIO(content), engine="openpyxl", dtype="str").dropna(how="all")
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise SourceChangedError("columns", f"the workbook cannot be read: {type(error).__name__} {said}") from error
