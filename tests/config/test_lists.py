"""Watchlists and themes: what is packaged, and what is refused."""

from pathlib import Path

import pytest

from config.lists import NamedCodes, load_themes, load_watchlists
from config.problems import ConfigError
from config.settings import load_settings

LISTS = {one.name: one for one in load_watchlists()}
THEMES = {one.name: one for one in load_themes()}


def _refused(directory: Path, text: str) -> list[str]:
    path = directory / "lists.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_watchlists(path)
    return [str(problem) for problem in caught.value.problems]


def test_the_lists_that_a_new_database_starts_with() -> None:
    assert " ".join(LISTS) == "宽基 科技 医药 红利 跨境 消费 金融 新能源 军工 商品 债券 货币 演示"
    assert all(2 <= len(one.codes) <= 20 for one in LISTS.values())
    assert (LISTS["宽基"].title.zh, LISTS["宽基"].title.en) == ("宽基", "Broad market")
    assert LISTS["宽基"].codes[:2] == ("510300", "510050")
    assert "518880" in LISTS["商品"].codes


def test_only_the_demo_list_is_of_the_demo() -> None:
    assert [one.name for one in LISTS.values() if one.demo] == ["演示"]
    assert LISTS["演示"].codes == ("560850", "159590")


def test_the_lists_that_new_subscribers_follow_are_packaged(tmp_path: Path) -> None:
    assert set(load_settings({}, tmp_path).subscribers.default_watchlists) <= set(LISTS)


def test_the_themes_hold_ten_to_twenty_five_stocks_each() -> None:
    assert 4 <= len(THEMES) <= 6
    assert all(10 <= len(one.codes) <= 25 for one in THEMES.values())
    assert {"002261", "300166", "603019"} <= set(THEMES["DeepSeek"].codes)


def test_a_list_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "lists.toml"
    path.write_text(
        '["甲"]\nen = "A"\ncodes = ["510300"]\n["乙"]\nen = "B"\ncodes = ["159915"]\ndemo = true\n', "utf-8"
    )
    first, second = load_watchlists(path)
    assert isinstance(first, NamedCodes)
    assert (first.name, first.codes, first.demo) == ("甲", ("510300",), False)
    assert (second.title.en, second.demo) == ("B", True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('["甲"]\nen = "A"\ncodes = ["600519"]', "甲.codes holds '600519', which is not the code of an ETF"),
        ('["甲"]\nen = "A"\ncodes = [510300]', "甲.codes holds 510300, which is not the code of an ETF"),
        ('["甲"]\nen = "A"\ncodes = ["510300", "510300"]', "甲.codes holds 510300 twice"),
        ('["甲"]\nen = "A"\ncodes = []', "甲.codes must be a list of codes, one at least"),
        ('["甲"]\ncodes = ["510300"]', "甲.en must be the English title"),
        ('["甲"]\nen = "A"\ncodes = ["510300"]\ndemo = 1', "甲.demo must be true or false, not 1"),
        ('["甲"]\nen = "A"\ncode = []\ncodes = ["510300"]', "甲.code is not a key of a list; did you mean codes?"),
        ("甲 = 5", "lists.toml: this is not TOML"),
        ('"甲" = 5', '甲 is not a list; write it as a table with the keys "en" and "codes"'),
    ],
)
def test_a_bad_list_is_told(text: str, expected: str, tmp_path: Path) -> None:
    (problem,) = _refused(tmp_path, text)
    assert problem.startswith("lists.toml: ")
    assert expected in problem


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    assert len(_refused(tmp_path, '["甲"]\nen = ""\ncodes = ["1", "2"]\n["乙"]\n')) == 5


def test_a_theme_takes_stocks_and_no_funds(tmp_path: Path) -> None:
    path = tmp_path / "themes.toml"
    path.write_text('["甲"]\nen = "A"\ncodes = ["600519", "510300", "60051", "６００５１９"]\n', "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_themes(path)
    assert [problem.reason.split(",")[0] for problem in caught.value.problems] == [
        "holds '510300'",
        "holds '60051'",
        "holds '６００５１９'",
    ]
