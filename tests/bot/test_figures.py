"""Numbers as people write them: the same amount, sign and unit in either language, whatever its size."""

import re
from datetime import date

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.messages.figures import day_text, figure_text, number
from bot.subscriptions import Language
from signals.core.field import Unit
from signals.core.measure import Figure
from tests.signals.worlds import EXAMPLES

ZH, EN = Language.ZH, Language.EN
MINUS = "−"

AMOUNTS = [
    (0, "0元", "CNY 0"),
    (0.4, "0元", "CNY 0"),
    (1, "1元", "CNY 1"),
    (980, "980元", "CNY 980"),
    (9_730, "9730元", "CNY 9,730"),
    (12_345, "1.2万元", "CNY 12,345"),
    (987_654, "98.8万元", "CNY 987,654"),
    (1_234_567, "123万元", "CNY 1.23m"),
    (15_717_800, "1572万元", "CNY 15.72m"),
    (59_560_556, "5956万元", "CNY 59.56m"),
    (100_686_373, "1.01亿元", "CNY 100.69m"),
    (126_000_000, "1.26亿元", "CNY 126.00m"),
    (1_836_006_000_000, "18360.06亿元", "CNY 1,836.01bn"),
]
NEAR_A_BORDER = [
    (9_999.4, "9999元", "CNY 9,999"),
    (9_999.6, "1.0万元", "CNY 10,000"),
    (10_000, "1.0万元", "CNY 10,000"),
    (999_499, "99.9万元", "CNY 999,499"),
    (999_600, "100万元", "CNY 999,600"),
    (1_000_000, "100万元", "CNY 1.00m"),
    (99_994_999, "9999万元", "CNY 99.99m"),
    (99_995_001, "1.00亿元", "CNY 100.00m"),
    (99_999_999, "1.00亿元", "CNY 100.00m"),
    (100_000_000, "1.00亿元", "CNY 100.00m"),
    (100_004_999, "1.00亿元", "CNY 100.00m"),
    (995.4, "995元", "CNY 995"),
    (999.4, "999元", "CNY 999"),
    (996_000, "99.6万元", "CNY 996,000"),
    (999_994, "100万元", "CNY 999,994"),
    (999_999.6, "100万元", "CNY 1.00m"),
    (995_100_000, "9.95亿元", "CNY 995.10m"),
    (999_994_000, "10.00亿元", "CNY 999.99m"),
    (999_996_000, "10.00亿元", "CNY 1.00bn"),
]


@pytest.mark.parametrize(("value", "zh", "en"), AMOUNTS + NEAR_A_BORDER)
def test_an_amount_is_written_in_its_natural_unit(value, zh, en):
    assert (number(value, Unit.CNY, ZH), number(value, Unit.CNY, EN)) == (zh, en)


@pytest.mark.parametrize(("value", "zh", "en"), [one for one in AMOUNTS if one[0] >= 1])
def test_a_change_of_an_amount_always_carries_its_sign(value, zh, en):
    assert (number(value, Unit.CNY_CHANGE, ZH), number(value, Unit.CNY_CHANGE, EN)) == (f"+{zh}", f"+{en}")
    assert (number(-value, Unit.CNY_CHANGE, ZH), number(-value, Unit.CNY_CHANGE, EN)) == (
        f"{MINUS}{zh}",
        f"{MINUS}{en}",
    )


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (19_797_000_000, Unit.CNY_CHANGE, "+197.97亿元", "+CNY 19.80bn"),
        (-126e6, Unit.CNY, "−1.26亿元", "−CNY 126.00m"),
        (0, Unit.CNY_CHANGE, "0元", "CNY 0"),
        (0.3151, Unit.FRACTION, "31.51%", "31.51%"),
        (0.9044, Unit.FRACTION, "90.44%", "90.44%"),
        (-0.0002, Unit.FRACTION, "−0.02%", "−0.02%"),
        (-0.0138, Unit.MOVE, "−1.38%", "−1.38%"),
        (0.0138, Unit.MOVE, "+1.38%", "+1.38%"),
        (0.0, Unit.MOVE, "0.00%", "0.00%"),
        (0.99, Unit.PERCENTILE, "99.00%", "99.00%"),
        (1.43, Unit.CNY_PER_SHARE, "1.430", "1.430"),
        (139.4127, Unit.CNY_PER_SHARE, "139.413", "139.413"),
        (3318.06, Unit.POINTS, "3318.06", "3318.06"),
        (132_164_000, Unit.SHARES, "1.32亿份", "132.16m shares"),
        (4_500, Unit.SHARES, "4500份", "4,500 shares"),
        (6.0, Unit.SESSIONS, "6", "6"),
        (3.0, Unit.COUNT, "3", "3"),
        (1.0, Unit.RANK, "1", "1"),
        (3.0, Unit.RATIO, "1拆3", "3-for-1"),
        (1.5, Unit.RATIO, "1拆1.5", "1.5-for-1"),
        (1 / 3, Unit.RATIO, "3并1", "1-for-3"),
        (0.1, Unit.RATIO, "10并1", "1-for-10"),
        (5.46, Unit.TIMES, "5.5倍", "5.5 times"),
        (-2.136, Unit.DEVIATIONS, "−2.14", "−2.14"),
        (1_900_000_000_000, Unit.CNY_ROUND, "19000亿元", "CNY 1,900bn"),
        (50_000_000, Unit.CNY_ROUND, "5000万元", "CNY 50m"),
        (150_000_000, Unit.CNY_ROUND, "1.50亿元", "CNY 150m"),
    ],
)
def test_each_unit_has_its_own_way(value, unit, zh, en):
    assert (number(value, unit, ZH), number(value, unit, EN)) == (zh, en)


@pytest.mark.parametrize("value", [-0.0, -0.00001, 0.00001, -0.4])
@pytest.mark.parametrize("language", Language)
def test_what_is_printed_as_zero_has_no_sign(value, language):
    unit = Unit.CNY_CHANGE if abs(value) > 0.01 else Unit.MOVE
    text = number(value, unit, language)
    assert not set("+-−") & set(text)
    assert "0" in text


@pytest.mark.parametrize("language", Language)
def test_the_smallest_move_that_is_printed_keeps_its_sign(language):
    assert number(-0.0000501, Unit.MOVE, language) == f"{MINUS}0.01%"
    assert number(0.0000501, Unit.MOVE, language) == "+0.01%"
    assert number(-0.6, Unit.CNY_CHANGE, language).startswith(MINUS)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("unit", Unit)
def test_every_unit_is_written_in_every_language(unit, language):
    assert number(1.0, unit, language)


SIZES = {"亿": 1e8, "万": 1e4, "": 1.0, "bn": 1e9, "m": 1e6}
AMOUNT = re.compile(r"([+−]?)(?:CNY )?([\d,]+(?:\.\d+)?)(亿|万|bn|m|)(?:元|)")
FINEST = {"亿": 1e6 / 2, "万": 1e4 / 2, "": 0.5, "bn": 1e7 / 2, "m": 1e4 / 2}
"""Half of the last digit that an amount of this size may be written with, 元."""


def read(text: str) -> tuple[float, str]:
    """An amount as a reader takes it, and the size word it is written with."""
    found = AMOUNT.fullmatch(text)
    assert found, text
    sign, digits, size = found.groups()
    return (-1 if sign == MINUS else 1) * float(digits.replace(",", "")) * SIZES[size], size


@EXAMPLES
@given(st.floats(-5e12, 5e12), st.sampled_from(Language), st.sampled_from([Unit.CNY, Unit.CNY_CHANGE]))
@example(99_995_000.0, ZH, Unit.CNY)
@example(999_950.0, ZH, Unit.CNY)
@example(9_999.5, ZH, Unit.CNY)
@example(995_000_001.0, EN, Unit.CNY)
def test_an_amount_is_read_back_as_what_it_was(value, language, unit):
    amount, size = read(number(value, unit, language))
    assert amount * value >= 0
    assert abs(amount - value) <= FINEST[size] * (1 + 1e-9)
    assert abs(amount - value) <= max(0.5, 0.006 * abs(value))


@EXAMPLES
@given(st.floats(1, 5e12), st.floats(1, 5e12), st.sampled_from(Language))
def test_a_larger_amount_never_reads_as_a_smaller_one(one, other, language):
    small, large = sorted((one, other))
    assert read(number(small, Unit.CNY, language))[0] <= read(number(large, Unit.CNY, language))[0]


@EXAMPLES
@given(st.floats(1, 5e12), st.sampled_from(Language))
def test_no_amount_has_more_digits_than_a_reader_takes_in(value, language):
    whole = number(value, Unit.CNY, language).partition(".")[0]
    assert max(map(len, re.findall(r"\d+", whole))) <= (5 if language is ZH else 3)


@EXAMPLES
@given(st.floats(-0.99, 20), st.sampled_from([Unit.MOVE, Unit.FRACTION]), st.sampled_from(Language))
def test_a_ratio_is_read_back_as_what_it_was(value, unit, language):
    text = number(value, unit, language)
    assert text.endswith("%")
    read_back = float(text[:-1].replace(MINUS, "-").replace("+", ""))
    assert abs(read_back - value * 100) <= 0.005 + 1e-9
    assert text.startswith("+") == (unit is Unit.MOVE and read_back > 0)


@EXAMPLES
@given(st.sampled_from([2.0, 3.0, 5.0, 10.0, 1.5, 2.5]))
def test_a_merger_is_the_split_the_other_way_round(ratio):
    split, merger = number(ratio, Unit.RATIO, ZH), number(1 / ratio, Unit.RATIO, ZH)
    assert split == f"1拆{ratio:g}"
    assert merger == f"{ratio:g}并1"


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.dates(date(2000, 1, 1), date(2030, 12, 31)))
@EXAMPLES
def test_a_day_of_another_year_says_its_year(day, today):
    text = day_text(day, today)
    assert text.endswith(f"{day:%m-%d}")
    assert text.startswith(f"{day.year}-") == (day.year != today.year)


def test_a_figure_is_its_value_without_its_date():
    figure = Figure(value=15_717_800, unit=Unit.CNY, day=date(2025, 2, 10), source="made", estimated=True)
    assert figure_text(figure, ZH) == "1572万元"
    assert figure_text(figure, EN) == "CNY 15.72m"


@EXAMPLES
@given(st.floats(1, 5e12))
def test_both_languages_state_the_same_amount(value):
    zh, en = (read(number(value, Unit.CNY, language))[0] for language in (ZH, EN))
    assume(value > 1e4)
    assert abs(zh - en) <= 0.01 * value
