"""The algebra of units: what products and quotients are, what may be compared, and what people call it."""

import pytest

from signals.core.field import Unit
from signals.core.text import Text
from signals.rules.units import CNY, CNY_PER_SHARE, COUNT, FRACTION, NUMBER, SESSIONS, SHARES, Dimension, dimension_of


@pytest.mark.parametrize(
    ("product", "expected"),
    [
        (CNY.times(FRACTION), CNY),
        (FRACTION.times(CNY), CNY),
        (CNY_PER_SHARE.times(SHARES), CNY),
        (FRACTION.times(NUMBER), FRACTION),
        (FRACTION.times(FRACTION), FRACTION),
        (NUMBER.times(NUMBER), NUMBER),
        (CNY.over(CNY), NUMBER),
        (CNY.over(SHARES), CNY_PER_SHARE),
        (CNY.over(CNY_PER_SHARE), SHARES),
        (CNY.over(FRACTION), CNY),
        (FRACTION.over(NUMBER), FRACTION),
        (FRACTION.over(FRACTION), NUMBER),
        (NUMBER.over(FRACTION), NUMBER),
    ],
)
def test_products_and_quotients(product: Dimension, expected: Dimension) -> None:
    assert product == expected


def test_a_percentage_agrees_with_a_bare_number_and_with_nothing_else() -> None:
    assert FRACTION.agrees(NUMBER)
    assert not any(FRACTION.agrees(one) for one in (CNY, SHARES, SESSIONS, COUNT, CNY_PER_SHARE))


@pytest.mark.parametrize("unit", [one for one in Unit if one not in (Unit.RATIO, Unit.TIMES, Unit.DEVIATIONS)])
def test_every_unit_has_a_dimension_that_prints_alike(unit: Unit) -> None:
    dimension = dimension_of(unit)
    assert dimension_of(dimension.unit).agrees(dimension)


@pytest.mark.parametrize(
    ("dimension", "words"),
    [
        (CNY, Text("元", "CNY")),
        (FRACTION, Text("%", "%")),
        (NUMBER, Text("纯数字", "none")),
        (CNY_PER_SHARE, Text("元/份", "CNY/share")),
        (CNY.times(CNY), Text("元·元", "CNY·CNY")),
        (CNY.over(SESSIONS), Text("元/日", "CNY/sessions")),
        (NUMBER.over(SESSIONS), Text("1/日", "1/sessions")),
    ],
)
def test_dimensions_have_names(dimension: Dimension, words: Text) -> None:
    assert dimension.words == words


def test_a_bare_ratio_is_printed_as_a_number_with_digits() -> None:
    assert dimension_of(Unit.RATIO).unit is Unit.POINTS


def test_what_has_no_unit_of_its_own_is_printed_as_a_count() -> None:
    assert CNY.times(CNY).unit is Unit.COUNT
