"""Quiet hours as their reader means them, and mutes that run out."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.preferences import Mute, QuietHours

NIGHT = QuietHours(time(22, 30), time(7, 30))
NOON = QuietHours(time(12), time(13))
SHANGHAI = "Asia/Shanghai"


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("quiet", "now", "over"),
    [
        (NIGHT, "2025-02-11 22:29", None),
        (NIGHT, "2025-02-11 22:30", "2025-02-12 07:30"),
        (NIGHT, "2025-02-12 07:29", "2025-02-12 07:30"),
        (NIGHT, "2025-02-12 07:30", None),
        (NOON, "2025-02-11 12:00", "2025-02-11 13:00"),
        (NOON, "2025-02-11 13:00", None),
        (QuietHours(time(8), time(8)), "2025-02-11 08:00", None),
    ],
)
def test_quiet_ends_at_the_next_of_its_ends(quiet: QuietHours, now: str, over: str | None) -> None:
    assert quiet.ends(at(now), SHANGHAI) == (over and at(over))


def test_quiet_is_of_the_readers_zone() -> None:
    assert NIGHT.ends(at("2025-02-11 22:30"), "Europe/London") is None
    assert NIGHT.ends(at("2025-02-12 08:00"), "America/New_York") is None
    assert NIGHT.ends(at("2025-02-12 12:00"), "America/New_York") == at("2025-02-12 07:30", "America/New_York")


@given(
    now=st.integers(0, 1_000_000).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    start=st.times(),
    until=st.times(),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe"]),
)
def test_quiet_always_ends_later_and_within_a_day_of_the_clock(
    now: datetime, start: time, until: time, zone: str
) -> None:
    over = QuietHours(start, until).ends(now, zone)
    if over is not None:
        # An hour more where the clocks are put back within the quiet, or an hour that they skip.
        assert timedelta(hours=-1) <= over - now <= timedelta(hours=25)


def test_a_mute_runs_out() -> None:
    now = at("2025-02-11 18:00")
    assert Mute("560850").holds(now)
    assert Mute("560850", now + timedelta(days=1)).holds(now)
    assert not Mute("560850", now).holds(now)
