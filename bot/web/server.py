"""Serve the page inside the running event loop: the service, not the web server, decides when it ends."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

CLOSING_SECONDS = 3
CONNECTIONS_MAX = 200


async def serve_page(
    app: Starlette, host: str, port: int, ready: asyncio.Event | None = None, *, what: str = "the chat page"
) -> None:
    """Serve what `create_app` or `create_probes` made until cancelled; `ready` is set when it answers.

    Raises OSError, naming the address and `what` wanted it, when it cannot listen there.
    """
    listening = _listen(host, port, what)
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=CLOSING_SECONDS,
    )
    server = _Server(config, ready)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        app.state.close()
        server.should_exit = True
        await serving
        raise
    finally:
        listening.close()


class _Server(uvicorn.Server):
    """Leaves signals to the service and says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: asyncio.Event | None) -> None:
        super().__init__(config)
        self._ready = ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._ready is not None:
            self._ready.set()


def _listen(host: str, port: int, what: str) -> socket.socket:
    bare = host.strip("[]")
    try:
        return socket.create_server((bare, port), family=socket.AF_INET6 if ":" in bare else socket.AF_INET)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise OSError(error.errno, f"{what} cannot use port {port} of {host}: {why}") from error
