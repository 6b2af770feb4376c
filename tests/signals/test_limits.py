"""Daily price limits: which stocks have which, and which closes stand at them (2.9)."""

import numpy as np
import pytest

from signals.core.limits import at_limit, limit_percent


@pytest.mark.parametrize(
    ("code", "name", "percent"),
    [
        ("600519", "贵州茅台", 10),
        ("000001", "平安银行", 10),
        ("002261", "", 10),
        ("688041", "海光信息", 20),
        ("689009", "九号公司", 20),
        ("300750", "宁德时代", 20),
        ("301236", "软通动力", 20),
        ("920699", "海达尔", 30),
        ("830799", "艾融软件", 30),
        ("430047", "诺思兰德", 30),
        ("600001", "ST某某", 5),
        ("000002", "*ST某某", 5),
        ("000002", "*st某某", 5),
        ("300001", "ST某某", 20),
        ("600002", "东方STAR", 10),
    ],
)
def test_the_limit_follows_board_and_name(code: str, name: str, percent: int) -> None:
    assert limit_percent(code, name) == percent


@pytest.mark.parametrize(
    ("close", "before", "percent", "side"),
    [
        (11.00, 10.00, 10, 1),
        (10.99, 10.00, 10, 0),
        (9.00, 10.00, 10, -1),
        (9.01, 10.00, 10, 0),
        (12.0, 10.0, 20, 1),
        (11.0, 10.0, 20, 0),
        (13.0, 10.0, 30, 1),
        (10.5, 10.0, 5, 1),
        # 1.1 × 8.15 is 8.965 and 0.9 × 8.15 is 7.335: half a cent goes up.
        (8.97, 8.15, 10, 1),
        (8.96, 8.15, 10, 0),
        (7.34, 8.15, 10, -1),
        (7.33, 8.15, 10, 0),
        # Beyond a limit is a stock without one, in its first days.
        (25.0, 10.0, 10, 0),
    ],
)
def test_a_close_at_the_rounded_limit_price_is_at_the_limit(
    close: float, before: float, percent: int, side: int
) -> None:
    assert at_limit(np.array([close]), np.array([before]), np.array([percent])).tolist() == [side]


def test_every_price_of_a_main_board_stock_has_the_limit_that_decimal_rounding_gives() -> None:
    before = np.arange(5, 20_000) / 100
    upper = (np.arange(5, 20_000) * 110 + 50) // 100 / 100
    percents = np.full(before.shape, 10)
    assert (at_limit(upper, before, percents) == 1).all()
    assert (at_limit(np.round(upper + 0.01, 2), before, percents) != 1).all()


def test_a_stock_so_cheap_that_it_cannot_move_is_at_no_limit() -> None:
    assert at_limit(np.array([0.04]), np.array([0.04]), np.array([10])).tolist() == [0]


def test_an_unknown_price_is_unknown() -> None:
    nan = float("nan")
    assert np.isnan(at_limit(np.array([nan, 11.0]), np.array([10.0, nan]), np.array([10, 10]))).all()
