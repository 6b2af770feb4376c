"""Read a stream of server-sent events as a browser does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

DEADLINE_SECONDS = 10


@dataclass(kw_only=True)
class Stream:
    """One reader; remembers the id of the last event, as a browser would send it when it comes back."""

    answer: aiohttp.ClientResponse
    last_id: str = ""

    async def event(self) -> tuple[str, str]:
        """The next event's name and data; ("", "") at the end."""
        name, data = "", []
        async for raw in self.answer.content:
            field, _, value = raw.decode().rstrip("\n").partition(":")
            value = value.removeprefix(" ")
            if field == "id":
                self.last_id = value
            elif field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif not field and data:
                return name, "\n".join(data)
        return "", ""

    async def entries(self, count: int) -> list[dict[str, Any]]:
        """The next `count` entries."""
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(found) < count:
                name, data = await self.event()
                assert name, "the stream has ended"
                if name == "entry":
                    found.append(json.loads(data))
        return found


@asynccontextmanager
async def stream(http: aiohttp.ClientSession, url: str, *, last_event_id: str = "") -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    async with http.get(url, headers=headers) as answer:
        assert answer.status == 200
        yield Stream(answer=answer)


def texts(entries: list[dict[str, Any]]) -> list[str]:
    """What entries of plain lines say."""
    return ["\n".join(_line(one) for block in entry["body"]["blocks"] for one in block["lines"]) for entry in entries]


def _line(one: dict[str, Any]) -> str:
    return "".join(text for text, _ in one["spans"])
