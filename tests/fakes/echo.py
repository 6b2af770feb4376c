"""A server that knows no manners: whatever it is asked, it repeats, in every spelling, in answers of every kind."""

import html
import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from urllib.parse import quote

_OF_TELEGRAM = ("gone", "refused", "escaped", "flooded", "page", "empty")
_OF_WECOM = ("page", "robot")


class EchoServer(ThreadingHTTPServer):
    """Also a proxy: it is handed whole addresses, and credentials of its own."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Echo)
        self.kinds = {True: cycle(_OF_WECOM), False: cycle(_OF_TELEGRAM)}
        self.asked: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Echo(BaseHTTPRequestHandler):
    server: EchoServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer()

    def do_CONNECT(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def _answer(self) -> None:
        heard = f"{self.command} {self.path} {dict(self.headers)}"
        self.server.asked.append(heard)
        told = " ".join((heard, quote(heard), html.escape(heard), b64encode(heard.encode()).decode()))
        status, body = _said(next(self.server.kinds["/cgi-bin/" in self.path]), told)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _said(kind: str, told: str) -> tuple[int, bytes]:
    refused = {"ok": False, "error_code": 400, "description": f"Bad Request: {told}"}
    escaped = "".join(f"\\u{ord(one):04x}" for one in told)
    # The whole key stands across the end of what is kept of a reason.
    robot = {"errcode": 93000, "errmsg": f"{'x' * 150} {told}"}
    made: dict[str, tuple[int, str]] = {
        "refused": (400, json.dumps(refused)),
        "escaped": (400, f'{{"ok": false, "error_code": 400, "description": "Bad Request: {escaped}"}}'),
        "gone": (403, json.dumps({**refused, "error_code": 403, "description": f"Forbidden: {told}"})),
        "flooded": (429, json.dumps({**refused, "error_code": 429, "parameters": {"retry_after": 1}})),
        "page": (502, f"<h1>Bad gateway</h1><p>{told}</p>"),
        "robot": (200, json.dumps(robot)),
        "empty": (200, ""),
    }
    status, body = made[kind]
    return status, body.encode()


@contextmanager
def echoing() -> Iterator[EchoServer]:
    """The server, in a thread of its own."""
    with EchoServer() as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield server
        finally:
            server.shutdown()
            serving.join()
