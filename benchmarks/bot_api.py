"""A Bot API server that costs next to nothing: every call is a message taken, answered after a while."""

import asyncio
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import cast
from urllib.parse import parse_qs

_HEADERS_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@contextmanager
def bot_api(latency_seconds: float) -> Iterator[str]:
    """The URL of a server in a process of its own, for as long as the block lasts."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(latency_seconds, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}/bot"
    finally:
        process.terminate()
        process.join()


def _serve(latency_seconds: float, there: Connection) -> None:
    async def serve() -> None:
        numbers = iter(range(1, 1 << 60))
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Talk(latency_seconds, numbers), "127.0.0.1", 0)
        there.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


class _Talk(asyncio.Protocol):
    """One connection: whole requests in, one answer each, in their order."""

    def __init__(self, latency_seconds: float, numbers: Iterator[int]) -> None:
        self._latency_seconds = latency_seconds
        self._numbers = numbers
        self._heard = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(_HEADERS_END)) >= 0:
            whole = end + len(_HEADERS_END) + _length(self._heard[:end])
            if len(self._heard) < whole:
                return
            body, self._heard = self._heard[end + len(_HEADERS_END) : whole], self._heard[whole:]
            answer = self._answer(body)
            asyncio.get_running_loop().call_later(self._latency_seconds, self._say, answer)

    def _answer(self, body: bytes) -> bytes:
        said = parse_qs(body.decode())
        chat = {"id": int(said["chat_id"][0]), "type": "private", "first_name": "x"}
        message = {"message_id": next(self._numbers), "date": 1739270000, "chat": chat, "text": said["text"][0]}
        return json.dumps({"ok": True, "result": message}).encode()

    def _say(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n\r\n"
            self._transport.write(head.encode() + answer)


def _length(head: bytes) -> int:
    lines = (line for line in head.lower().split(b"\r\n") if line.startswith(_LENGTH))
    return int(next(lines, _LENGTH + b"0").removeprefix(_LENGTH))
