"""The publishers' servers as akshare meets them: a local TLS proxy, so that akshare runs untouched.

    with Upstream(SseShareCounts({day: {"510300": 9.1e10}})) as upstream:
        environment = {**os.environ, **upstream.environment}

An endpoint's `fault` breaks the way to it, its `twist` bends what it says.
"""

import gzip
import socket
import ssl
import struct
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import trustme

from tests.fakes.endpoint import BadQueryError, Body, Endpoint, Fault


class Upstream:
    """Serves endpoints until the block ends; everything else is refused and remembered in `strangers`."""

    def __init__(self, *endpoints: Endpoint) -> None:
        self.endpoints = endpoints
        self.strangers: list[str] = []
        self.over = threading.Event()
        self.hanging = threading.Event()
        """Set once a request hangs."""
        authority = trustme.CA()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*sorted({one.host for one in endpoints})).configure_cert(self.tls)
        self._folder = TemporaryDirectory()
        self._authority_file = Path(self._folder.name, "authority.pem")
        self._authority_file.write_bytes(authority.cert_pem.bytes())
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._folder.cleanup()

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead a process here."""
        proxy = f"http://127.0.0.1:{self._server.server_address[1]}"
        authority = str(self._authority_file)
        return {
            "HTTPS_PROXY": proxy,
            "HTTP_PROXY": proxy,
            "REQUESTS_CA_BUNDLE": authority,
            "SSL_CERT_FILE": authority,
            "CURL_CA_BUNDLE": authority,
        }

    def at(self, host: str) -> list[Endpoint]:
        """The endpoints of a host."""
        return [one for one in self.endpoints if one.host == host]


class _Server(ThreadingTCPServer):
    daemon_threads = False

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed hangs up in the middle: that is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 20.0
    host = ""

    def do_CONNECT(self) -> None:
        self.host = self.path.partition(":")[0]
        endpoints = self.server.upstream.at(self.host)
        if not endpoints:
            self.server.upstream.strangers.append(self.host)
            self.send_error(502)
        elif all(one.fault is Fault.BANNED for one in endpoints):
            self.close_connection = True
        else:
            self.send_response(200)
            self.end_headers()
            self.connection = self.server.upstream.tls.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
            self.close_connection = False

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        for endpoint in self.server.upstream.at(self.host):
            understood = endpoint.understand(address.path, query)
            if understood is not None:
                return self._serve(endpoint, understood)
        self.server.upstream.strangers.append(self.host + address.path)
        return self._say(404, b"")

    def _serve(self, endpoint: Endpoint, query: dict[str, str]) -> None:
        fault = endpoint.fault
        if fault in {Fault.FORBIDDEN, Fault.THROTTLED, Fault.BROKEN}:
            return self._say(int(fault), _PAGE, "text/html; charset=utf-8")
        if fault is Fault.HANG:
            self.server.upstream.hanging.set()
            self.server.upstream.over.wait()
            return self._drop()
        if fault is Fault.RESET:
            return self._drop()
        try:
            body = endpoint.respond(query)
        except BadQueryError as error:
            return self._say(400, str(error).encode(), "text/plain")
        return self._answer(fault, body)

    def _answer(self, fault: Fault | None, body: Body) -> None:
        match fault:
            case Fault.BLANK:
                self._say(200, b"", body.content_type)
            case Fault.HTML:
                self._say(200, _PAGE, "text/html; charset=utf-8")
            case Fault.SHORT:
                self._say(200, body.content, body.content_type, sent=len(body.content) // 2)
            case Fault.BOMB:
                self._say(200, gzip.compress(bytes(2**24)) * 32, body.content_type, encoding="gzip")
            case _:
                self._say(200, body.content, body.content_type)

    def _say(
        self,
        status: int,
        content: bytes,
        content_type: str = "text/html",
        *,
        encoding: str = "",
        sent: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(content[:sent])
        self.close_connection = True

    def _drop(self) -> None:
        """End the connection with a reset instead of a farewell."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def finish(self) -> None:
        super().finish()
        # The TLS socket took the plain one over: the server that closes the plain one does not reach it.
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name in http.server
        """A test prints nothing."""


_PAGE = "<html><head><title>访问受限</title></head><body>您的访问过于频繁，请稍后再试。</body></html>".encode()
