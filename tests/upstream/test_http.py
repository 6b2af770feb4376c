"""Bounds and words of our own client, on a bare server that says what a test wants."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from bot.sources.base import LimitedError, SourceChangedError, UnavailableError
from bot.sources.direct.http import Http
from tests.fakes.endpoint import Fault
from tests.fakes.publishers import SseMarginTable
from tests.fakes.upstream import Upstream

Script = Callable[[BaseHTTPRequestHandler], None]
MIB = 1024 * 1024
NOBODY = "http://127.0.0.1:9"


class Bare:
    """A server on a port of its own; as a proxy it answers for everybody."""

    def __init__(self, script: Script) -> None:
        self.paths: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, script))
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator["Bare"]:
        thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def _handler(server: Bare, script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.paths.append(self.path)
            script(self)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name in http.server
            """A test prints nothing."""

    return Handler


def says(status: int = 200, content: bytes = b"[]", **headers: str) -> Script:
    def script(line: BaseHTTPRequestHandler) -> None:
        line.send_response(status)
        for name, value in headers.items():
            line.send_header(name.replace("_", "-"), value)
        line.send_header("Content-Length", str(len(content)))
        line.end_headers()
        line.wfile.write(content)

    return script


def drips(piece: bytes, pause_seconds: float) -> Script:
    """An answer that never ends, until the caller hangs up."""

    def script(line: BaseHTTPRequestHandler) -> None:
        line.send_response(200)
        line.send_header("Content-Length", str(1000 * MIB))
        line.end_headers()
        ends = time.monotonic() + 5
        try:
            while time.monotonic() < ends:
                line.wfile.write(piece)
                time.sleep(pause_seconds)
        except OSError:
            line.close_connection = True

    return script


@pytest.mark.parametrize("status", [403, 418, 429, 456])
def test_a_publisher_that_refuses_us_says_for_how_long(status: int) -> None:
    with Bare(says(status, Retry_After="120")).running() as server, pytest.raises(LimitedError) as caught:
        Http(environment={}).get(f"{server.address}/list")
    assert caught.value.retry_after == timedelta(minutes=2)
    assert str(caught.value) == f"127.0.0.1/list: status {status}"


@pytest.mark.parametrize(
    "script",
    [says(429), says(429, Retry_After="Fri, 20 Nov 2026 14:00:00 GMT"), says(429, Retry_After="-5")],
    ids=["silent", "date", "negative"],
)
def test_a_refusal_may_leave_open_for_how_long(script: Script) -> None:
    with Bare(script).running() as server, pytest.raises(LimitedError) as caught:
        Http(environment={}).get(server.address)
    assert caught.value.retry_after is None


@pytest.mark.parametrize("status", [301, 302, 307, 404, 410])
def test_an_address_that_has_moved_is_the_operators_business(status: int) -> None:
    with Bare(says(status, Location="/elsewhere")).running() as server:
        with pytest.raises(SourceChangedError) as caught:
            Http(environment={}).get(server.address)
        assert caught.value.gate == "address"
        assert server.paths == ["/"]


@pytest.mark.parametrize("status", [204, 400, 500, 503])
def test_every_other_status_is_a_publisher_that_is_down(status: int) -> None:
    script = says(status, b"") if status == 204 else says(status)
    with Bare(script).running() as server, pytest.raises(UnavailableError) as caught:
        Http(environment={}).get(server.address)
    assert not isinstance(caught.value, LimitedError)


def test_an_answer_that_unfolds_beyond_the_bound_is_given_up() -> None:
    table = SseMarginTable({})
    table.fault = Fault.BOMB
    with Upstream(table) as upstream:
        http = Http(environment=upstream.environment, bytes_max=4 * MIB)
        query = {"beginDate": "20261120", "endDate": "20261120"}
        with pytest.raises(UnavailableError, match="longer than 4194304 bytes"):
            http.get(f"https://{table.host}{table.path}", query)


def test_an_answer_of_just_the_bound_is_read() -> None:
    with Bare(says(content=bytes(1000))).running() as server:
        assert Http(environment={}, bytes_max=1000).get(server.address).content == bytes(1000)
        with pytest.raises(UnavailableError, match="longer than 999 bytes"):
            Http(environment={}, bytes_max=999).get(server.address)


@pytest.mark.parametrize(
    "piece",
    [bytes(64 * 1024), b"."],
)
def test_a_slow_drip_is_ended_by_the_deadline(piece: bytes) -> None:
    http = Http(environment={}, deadline_seconds=0.3, read_seconds=2.0)
    drip = Bare(drips(piece, pause_seconds=0.05))
    with drip.running() as server, pytest.raises(UnavailableError, match=r"no whole answer within 0\.3 s"):
        http.get(server.address)


def test_silence_is_given_up_before_the_deadline() -> None:
    http = Http(environment={}, read_seconds=0.2)
    with Bare(drips(b".", pause_seconds=1)).running() as server, pytest.raises(UnavailableError, match="ReadTimeout"):
        http.get(server.address)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_asked(name: str) -> None:
    with Bare(says()).running() as proxy:
        Http(environment={name: proxy.address}).get("http://publisher.test/list", {"day": "2026-11-20"})
    assert proxy.paths == ["http://publisher.test/list?day=2026-11-20"]


def test_the_proxy_of_a_scheme_is_for_that_scheme_and_goes_before_the_proxy_for_all() -> None:
    with Bare(says()).running() as proxy:
        environment = {"HTTPS_PROXY": NOBODY, "ALL_PROXY": NOBODY, "HTTP_PROXY": proxy.address}
        Http(environment=environment).get("http://publisher.test/list")
    assert proxy.paths == ["http://publisher.test/list"]


@pytest.mark.parametrize("spared", ["127.0.0.1", "publisher.test,127.0.0.1", "*"])
def test_a_host_that_is_spared_the_proxy_is_asked_directly(spared: str) -> None:
    with Bare(says()).running() as server:
        Http(environment={"HTTP_PROXY": NOBODY, "NO_PROXY": spared}).get(f"{server.address}/list")
    assert server.paths == ["/list"]


def test_a_host_that_only_resembles_a_spared_one_goes_through_the_proxy() -> None:
    with Bare(says()).running() as proxy:
        environment = {"HTTP_PROXY": proxy.address, "NO_PROXY": "publisher.test"}
        Http(environment=environment).get("http://other-publisher.test/")
    assert proxy.paths == ["http://other-publisher.test/"]


def test_the_processs_own_proxy_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", NOBODY)
    with Bare(says(content=b'{"a": 1}')).running() as server:
        assert Http(environment={}).get(server.address).json() == {"a": 1}


def test_what_is_no_json_is_a_publisher_that_is_down() -> None:
    with Bare(says(content="<html>访问受限".encode())).running() as server:
        reply = Http(environment={}).get(server.address)
    with pytest.raises(UnavailableError, match="no JSON came but '<html>访问受限'"):
        reply.json()
    with pytest.raises(UnavailableError, match="not ascii text"):
        reply.decoded("ascii")
