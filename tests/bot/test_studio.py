"""The studio: each picture once, for as many as want it, and a card that waits for none for ever."""

import asyncio
import threading
from importlib import import_module
from typing import get_args

import pytest
from structlog.testing import capture_logs

from bot.pictures import draw_timeline, studio
from bot.pictures.studio import Chart, Studio, seen_by
from bot.pictures.style import Theme
from bot.pictures.timeline import Timeline
from bot.preferences import Colours
from tests.bot.charted import charted, flowing

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


def chart(*flows: float, colours: Colours = Colours.RED_UP) -> Timeline:
    return charted(flowing(*flows).panel(), colours=colours)


class Easel:
    """Draws what only says how often it was drawn; waits for `paint` and breaks while it is `broken`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.drawn: list[Timeline] = []
        self.paint = threading.Event()
        self.paint.set()
        self.broken = False
        monkeypatch.setattr(draw_timeline, "draw", self.draw)

    def draw(self, chart: Timeline, theme: Theme) -> bytes:
        self.paint.wait(30)
        if self.broken:
            raise LookupError("no such colour")
        self.drawn.append(chart)
        return f"{len(self.drawn)} on {theme.ground}".encode()


@pytest.fixture
def easel(monkeypatch: pytest.MonkeyPatch) -> Easel:
    return Easel(monkeypatch)


def told(logs: list[dict[str, object]]) -> list[object]:
    return [one["event"] for one in logs]


async def test_an_equal_chart_is_not_drawn_again(easel: Easel) -> None:
    place = Studio()
    first, again = await place.picture(chart(1, 2), "a"), await place.picture(chart(1, 2), "b")
    assert (again.png, again.dark) == (first.png, first.dark)
    assert first.png is again.png, "many messages hold the same bytes"
    assert (first.alt, again.alt) == ("a", "b")
    assert len(easel.drawn) == 2, "on light and on dark ground"


async def test_another_reader_gets_another_picture(easel: Easel) -> None:
    place = Studio()
    for one in (chart(1, 2), chart(1, 3), chart(1, 2, colours=Colours.GREEN_UP)):
        await place.picture(one, "")
    assert len(easel.drawn) == 6


async def test_what_many_want_at_once_is_drawn_once(easel: Easel) -> None:
    place = Studio()
    easel.paint.clear()
    wanted = [asyncio.create_task(place.picture(chart(1, 2), "")) for _ in range(20)]
    await asyncio.sleep(0)
    easel.paint.set()
    assert len({one.png for one in await asyncio.gather(*wanted)}) == 1
    assert len(easel.drawn) == 2


async def test_only_the_newest_pictures_are_kept(easel: Easel) -> None:
    place = Studio(kept_max=2)
    one, two, three = (chart(number) for number in (1, 2, 3))
    for each in (one, two, one, three, one):
        await place.picture(each, "")
    assert easel.drawn == [one, one, two, two, three, three]
    await place.picture(two, "")
    assert easel.drawn[6:] == [two, two]


async def test_a_picture_that_cannot_be_drawn_is_left_out_and_logged_once(easel: Easel) -> None:
    place, easel.broken = Studio(), True
    with capture_logs() as logs:
        assert [await place.attempted("fund", lambda: chart(1)) for _ in range(3)] == [None] * 3
    assert told(logs) == ["defect in a picture"]
    easel.broken = False
    assert await place.attempted("fund", lambda: chart(1)) is not None
    easel.broken = True
    with capture_logs() as logs:
        assert await place.attempted("fund", lambda: chart(2)) is None
    assert told(logs) == ["defect in a picture"], "it had been well in between"


async def test_a_chart_that_cannot_be_made_is_left_out(easel: Easel) -> None:
    def fails() -> Timeline:
        raise KeyError("560850")

    with capture_logs() as logs:
        assert await Studio().attempted("fund", fails) is None
    assert told(logs) == ["defect in a picture"]
    assert easel.drawn == []


async def test_where_there_is_nothing_to_draw_there_is_no_picture(easel: Easel) -> None:
    with capture_logs() as logs:
        assert await Studio().attempted("fund", lambda: None) is None
    assert logs == []


async def test_a_picture_that_takes_too_long_is_left_out_and_there_for_the_next(easel: Easel) -> None:
    place = Studio(wait_seconds=0.05)
    easel.paint.clear()
    with capture_logs() as logs:
        assert [await place.attempted("fund", lambda: chart(1)) for _ in range(2)] == [None] * 2
    assert told(logs) == ["a picture takes too long"]
    easel.paint.set()
    patient = await place.picture(chart(1), "")
    assert len(easel.drawn) == 2
    assert patient.png.startswith(b"1 on ")


async def test_a_queue_that_is_too_long_is_not_joined(easel: Easel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "WAITING_MAX", 1)
    place = Studio()
    easel.paint.clear()
    first = asyncio.create_task(place.picture(chart(1), ""))
    await asyncio.sleep(0)
    assert await place.attempted("fund", lambda: chart(2)) is None
    easel.paint.set()
    await first
    assert await place.attempted("fund", lambda: chart(2)) is not None


async def test_who_stops_waiting_stops_nobody_else(easel: Easel) -> None:
    place = Studio()
    easel.paint.clear()
    gone, stays = (asyncio.create_task(place.picture(chart(1), "")) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    easel.paint.set()
    assert (await stays).png.startswith(b"1 on ")


@pytest.mark.parametrize(("dark", "seen"), [(True, "dark"), (False, "png")])
async def test_a_reader_may_want_dark_pictures_everywhere(easel: Easel, seen: str, *, dark: bool) -> None:
    picture = await Studio().picture(chart(1), "")
    assert seen_by(picture, dark=dark).png == getattr(picture, seen)


def test_each_kind_of_chart_has_somebody_who_draws_it() -> None:
    assert {*get_args(Chart)} == {*studio._DRAWING}
    assert all(callable(import_module(one).draw) for one in studio._DRAWING.values())
