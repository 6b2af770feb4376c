"""A server that takes what group robots of 企业微信 send, and refuses what the real one would."""

import hashlib
from base64 import b64decode
from collections import defaultdict
from typing import Any

from aiohttp import web

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
BYTES_MAX = {"text": 2048, "markdown": 4096}
PICTURE_BYTES_MAX = 2 * 1024 * 1024
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


class WecomServer:
    """One corporation with one robot; `faults` are answers that stand in for the next real ones."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.faults: list[web.Response | dict[str, Any]] = []
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    async def __aenter__(self) -> "WecomServer":
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_post("/cgi-bin/webhook/send", self._send)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _send(self, request: web.Request) -> web.Response:
        if self.faults:
            fault = self.faults.pop(0)
            return fault if isinstance(fault, web.Response) else web.json_response(fault)
        if request.query.get("key") != KEY:
            return _told(93000, f"invalid webhook url, key {request.query.get('key')}")
        body = await request.json()
        code, reason = _judged(body)
        if not code:
            self.taken.append(body)
        return _told(code, reason)


def _told(code: int, reason: str) -> web.Response:
    # Always 200: only the body says what has become of it.
    return web.json_response({"errcode": code, "errmsg": reason})


def _judged(body: dict[str, Any]) -> tuple[int, str]:
    kind = body.get("msgtype")
    if kind == "image":
        return _picture(body["image"])
    content = body.get(str(kind), {}).get("content")
    if kind not in BYTES_MAX or not isinstance(content, str):
        return 40008, "invalid message type"
    if not content.strip():
        return 44004, "empty content"
    if len(content.encode()) > BYTES_MAX[kind]:
        return 40058, f"{kind}.content exceed max length {BYTES_MAX[kind]}"
    return 0, "ok"


def _picture(image: dict[str, str]) -> tuple[int, str]:
    picture = b64decode(image["base64"], validate=True)
    if not picture.startswith(PNG_HEAD) or len(picture) > PICTURE_BYTES_MAX:
        return 40123, "image size or type not allowed"
    if hashlib.md5(picture, usedforsecurity=False).hexdigest() != image["md5"]:
        return 301019, "media md5 not match"
    return 0, "ok"


def counts(server: WecomServer) -> dict[str, int]:
    """How many messages of each kind were taken."""
    found: defaultdict[str, int] = defaultdict(int)
    for one in server.taken:
        found[one["msgtype"]] += 1
    return dict(found)
