"""Duties are done by who leads, dropped when the place is lost, and begun anew when it is had again."""

import asyncio

import pytest

from bot.leading import Role, while_leading
from bot.store.database import Database

pytestmark = pytest.mark.anyio


class Place:
    """A leadership that is given and taken by hand."""

    def __init__(self) -> None:
        self.free, self.taken_away = asyncio.Event(), asyncio.Event()
        self.given_up = 0

    async def take(self) -> None:
        await self.free.wait()

    async def lost(self) -> None:
        await self.taken_away.wait()

    async def give_up(self) -> None:
        self.given_up += 1


class Work:
    def __init__(self) -> None:
        self.begun = self.dropped = 0
        self.busy, self.idle = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        self.idle.clear()
        self.busy.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.dropped += 1
            self.idle.set()


async def test_who_does_not_lead_does_nothing_and_who_leads_no_more_stops() -> None:
    place, work = Place(), Work()
    leading = asyncio.create_task(while_leading(place, [work]))  # type: ignore[arg-type]
    await asyncio.sleep(0.01)
    assert work.begun == 0
    place.free.set()
    await asyncio.wait_for(work.busy.wait(), 5)
    place.free.clear()
    place.taken_away.set()
    await asyncio.wait_for(work.idle.wait(), 5)
    place.taken_away.clear()
    work.busy.clear()
    place.free.set()
    await asyncio.wait_for(work.busy.wait(), 5)
    assert (work.begun, work.dropped) == (2, 1)
    leading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leading
    assert (work.dropped, place.given_up) == (2, 1)


async def test_it_ends_with_its_duties_and_raises_what_they_raise() -> None:
    place = Place()
    place.free.set()

    async def done() -> None:
        return

    async def fails() -> None:
        raise ValueError("x")

    await asyncio.wait_for(while_leading(place, [done, done]), 5)  # type: ignore[arg-type]
    with pytest.RaisesGroup(ValueError):
        await asyncio.wait_for(while_leading(place, [done, fails]), 5)  # type: ignore[arg-type]
    assert place.given_up == 2


async def test_on_a_database_of_its_own_a_process_leads_at_once(store: Database) -> None:
    work = Work()
    leading = asyncio.create_task(while_leading(store.leadership, [work]))
    await asyncio.wait_for(work.busy.wait(), 5)
    leading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leading
    assert not store.leadership.held


@pytest.mark.parametrize(
    ("role", "leads", "sends", "serves"),
    [
        (Role.ALL, True, True, True),
        (Role.LEADER, True, False, False),
        (Role.WORKER, False, True, False),
        (Role.WEB, False, False, True),
    ],
)
def test_a_role_says_what_a_process_takes_on(role: Role, leads: bool, sends: bool, serves: bool) -> None:
    assert (role.leads, role.sends, role.serves) == (leads, sends, serves)
