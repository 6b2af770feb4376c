"""Codes of indices in publishers' forms, workbooks that are none, and profile tables that say nothing."""

import io
import zipfile
from datetime import date

import pytest

from bot.sources import workbook
from bot.sources.base import SourceChangedError, UnavailableError
from bot.sources.gates import Baseline, check
from bot.sources.profiles import index_code
from config.index_map import load_index_map
from tests.builders import profile_snapshot

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ("931247.CSI", "931247"),
        ("000300.SH", "000300"),
        ("000300", "000300"),
        (" h30202.csi ", "H30202"),
        ("HSTECH.HI", "HSTECH"),
        ("N225", "N225"),
        ("AU9999.SGE", "AU9999"),
        ("399300.SZ", "000300"),
        ("399852", "000852"),
        ("399905", "000905"),
        ("399932", "000932"),
        ("399967", "399967"),
        ("399006", "399006"),
        ("300", ""),
        ("1.000300", ""),
        ("AU99.99", ""),
        ("沪深300", ""),
        ("MSCI", ""),
        ("--", ""),
        ("", ""),
        (None, ""),
        (300, ""),
        (["000300"], ""),
    ],
)
def test_an_index_has_the_code_of_the_packaged_map_or_none(said: object, ours: str) -> None:
    assert index_code(said) == ours


def test_every_code_of_the_packaged_map_is_one_with_or_without_its_market() -> None:
    codes = {one.index_code for one in load_index_map()}
    assert codes == {index_code(code) for code in codes} == {index_code(f"{code}.CSI") for code in codes}


def test_a_table_without_words_does_not_pass_the_gates_and_a_map_of_indices_does() -> None:
    blank = profile_snapshot(DAY, {"510300": {}, "510500": {"fund_class": "equity"}})
    with pytest.raises(SourceChangedError, match="columns: most rows have neither a name nor an index"):
        check(blank, DAY, Baseline())
    check(profile_snapshot(DAY, {"510300": {"index_code": "000300"}, "510500": {}}), DAY, Baseline())


def test_a_workbook_that_would_unfold_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "UNPACKED_MAX", 1000)
    with pytest.raises(UnavailableError, match="unfolds to 1001 bytes"):
        workbook.first_sheet(packed("xl/worksheets/sheet1.xml", 1001))


def test_a_packed_file_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(SourceChangedError, match="columns: the workbook cannot be read"):
        workbook.first_sheet(packed("readme.txt", 10))


def packed(name: str, size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, bytes(size))
    return file.getvalue()
