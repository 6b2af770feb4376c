"""A process that only sends and serves no page, as a container's keeper asks it."""

import json
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

from tests.cli.program import PATIENCE_SECONDS, Program
from tests.web.served import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def get(url: str) -> tuple[int, str]:
    """Status and body; 0 = nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
    except URLError:
        return 0, ""


def until_ready(process: "subprocess.Popen[str]", url: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while get(f"{url}/readyz")[0] != 200 and time.monotonic() < end:
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)


@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.pg)], indirect=True)
async def test_a_sender_without_a_page_says_how_it_is(store_url: str, tmp_path: Path) -> None:
    port = free_port()
    process = Program(tmp_path).start(
        *("run", "--role", "worker", "--database", store_url),
        ETFBOT_HEALTH__PORT=str(port),
        ETFBOT_WEB__PORT=str(free_port()),
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until_ready(process, url)
        assert get(f"{url}/healthz") == (200, '{"status":"ok"}')
        assert json.loads(get(f"{url}/readyz")[1]) == {"status": "ready"}
        figures = get(f"{url}/metrics")[1]
        assert "etfbot_leading 0.0" in figures
        assert "etfbot_database_up 1.0" in figures
        assert 'etfbot_drain_turn_age_seconds{channel="console"}' in figures
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0
