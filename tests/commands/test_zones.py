"""Zones as people name them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.commands.zones import COMMON, find_zones, zone_name


@pytest.mark.parametrize(
    ("word", "zone"),
    [
        ("上海", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("伦敦", "Europe/London"),
        ("纽约", "America/New_York"),
        ("London", "Europe/London"),
        ("new york", "America/New_York"),
        ("New_York", "America/New_York"),
        ("america/new_york", "America/New_York"),
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("beijing", "Asia/Shanghai"),
        ("UTC+8", "Etc/GMT-8"),
        ("utc-5", "Etc/GMT+5"),
        ("ＵＴＣ＋８", "Etc/GMT-8"),
        ("GMT+0", "UTC"),
        ("UTC", "UTC"),
        ("+9", "Etc/GMT-9"),
        ("东8区", "Etc/GMT-8"),
        ("西5区", "Etc/GMT+5"),
        ("UTC+5:30", "Asia/Kolkata"),
        ("Berl", "Europe/Berlin"),
    ],
)
def test_a_zone_is_found(word: str, zone: str) -> None:
    assert find_zones(word) == [zone]
    assert ZoneInfo(zone)


@pytest.mark.parametrize("word", ["", "  ", "火星", "UTC+15", "UTC-13", "UTC+5:45x", "8", "UTC+7:30", "../etc", "a"])
def test_no_zone_is_made_up(word: str) -> None:
    assert find_zones(word) == []


def test_the_beginning_of_several_names_is_left_to_choose_from() -> None:
    assert len(find_zones("san")) != 1
    assert len(find_zones("Indiana/K")) == 0


@pytest.mark.parametrize("hours", range(-12, 15))
def test_an_offset_is_that_far_from_greenwich(hours: int) -> None:
    (zone,) = find_zones(f"UTC{hours:+d}")
    assert datetime(2025, 7, 1, tzinfo=ZoneInfo(zone)).utcoffset() == timedelta(hours=hours)


def test_zones_are_called_by_their_city_or_offset() -> None:
    assert zone_name("Europe/London", chinese=True) == "伦敦"
    assert zone_name("Europe/London", chinese=False) == "London"
    assert zone_name("America/New_York", chinese=False) == "New York"
    assert zone_name("Etc/GMT-8", chinese=True) == "UTC+8"
    assert zone_name("Etc/GMT+5", chinese=False) == "UTC-5"
    assert all(zone_name(one, chinese=True) != zone_name(one, chinese=False) for one in COMMON)
