import logging
from base64 import b64encode
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.channels.web import WebChannel
from bot.web.app import create_app
from bot.web.guard import is_loopback
from bot.web.sessions import TOKEN_HEADER
from tests.web.clock import Clock
from tests.web.memory import MemoryTranscript
from tests.web.served import EVENING, Served, served
from tests.web.tab import tab

anyio = pytest.mark.anyio
PASSWORD = "壹贰叁-correct-horse"


class RacingClock(Clock):
    """So fast that nobody has to wait."""

    def __call__(self) -> float:
        self.seconds += 1000
        return self.seconds


@pytest.fixture(scope="module")
async def page() -> AsyncIterator[Served]:
    """For tests that leave no trace in it."""
    async with served(settings={"demo": True, "allowed_hosts": ["etf.example.com"], "clock": RacingClock()}) as one:
        yield one


@pytest.fixture(scope="module")
async def locked() -> AsyncIterator[Served]:
    async with served(settings={"demo": True, "password": PASSWORD, "clock": RacingClock()}) as one:
        yield one


async def get(page: Served, path: str = "/", **headers: str) -> aiohttp.ClientResponse:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with aiohttp.ClientSession() as http, http.get(page.url + path, headers=names) as answer:
        await answer.read()
        return answer


async def post(page: Served, **headers: str) -> int:
    """Say something as a page that has been let in, unless the headers tell otherwise."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    key = {"Authorization": names["Authorization"]} if "Authorization" in names else {}
    async with aiohttp.ClientSession(page.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.get("/token", headers=key) as answer:
            if answer.status == 200:
                names.setdefault(TOKEN_HEADER, (await answer.json())["token"])
        async with http.post("/say", json={"text": "hi"}, headers=names) as answer:
            return answer.status


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@anyio
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST:8787", "[::1]:8787", "etf.example.com", "etf.example.com:443"]
)
async def test_answers_to_its_own_names(page: Served, host: str) -> None:
    assert (await get(page, Host=host)).status == 200


@anyio
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "evil@localhost",
        "localhost/x",
        "10.0.0.1",
        "localhost.",
        "[::1",
        ":80",
    ],
)
async def test_does_not_answer_to_a_foreign_name(page: Served, host: str) -> None:
    assert (await get(page, Host=host)).status == 400
    assert (await get(page, "/history", Host=host)).status == 400


@anyio
async def test_open_to_the_network_it_answers_to_any_address_but_to_no_foreign_name() -> None:
    async with served(settings={"demo": True, "host": "0.0.0.0", "password": PASSWORD}) as page:  # noqa: S104
        key = basic("", PASSWORD)
        assert (await get(page, Host="192.168.1.5:8787", Authorization=key)).status == 200
        assert (await get(page, Host="evil.example", Authorization=key)).status == 400


@anyio
async def test_the_page_itself_may_send(page: Served) -> None:
    assert await post(page, Origin=page.url) == 204
    assert await post(page, Origin=page.url, Sec_Fetch_Site="same-origin") == 204
    assert await post(page, Sec_Fetch_Site="same-origin") == 204


@anyio
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:3000"},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://["},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    ],
    ids=str,
)
async def test_nobody_else_may_send(page: Served, headers: dict[str, str]) -> None:
    before = len(page.transcript.entries)
    assert await post(page, **headers) == 403
    assert len(page.transcript.entries) == before


@anyio
async def test_a_foreign_page_may_not_send_even_with_a_matching_origin_header(page: Served) -> None:
    assert await post(page, Origin=page.url, Sec_Fetch_Site="cross-site") == 403


@anyio
@pytest.mark.parametrize("path", ["/", "/history", "/events", "/static/chat.js"])
async def test_the_password_is_asked_for_everywhere(locked: Served, path: str) -> None:
    answer = await get(locked, path)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="etfbot", charset="UTF-8"'


@anyio
@pytest.mark.parametrize("user", ["", "anyone", "何人"])
async def test_the_password_opens_whatever_the_user_name(locked: Served, user: str) -> None:
    assert (await get(locked, Authorization=basic(user, PASSWORD))).status == 200
    assert await post(locked, Authorization=basic(user, PASSWORD), Origin=locked.url) == 204


@anyio
@pytest.mark.parametrize(
    "key",
    [
        basic("me", PASSWORD + "x"),
        basic("me", ""),
        basic(PASSWORD, "me"),
        "Basic " + b64encode(PASSWORD.encode()).decode(),
        "Basic !!!",
        "Basic /w==",
        f"Bearer {PASSWORD}",
        "",
    ],
)
async def test_a_wrong_password_does_not_open(locked: Served, key: str) -> None:
    assert (await get(locked, Authorization=key)).status == 401
    assert await post(locked, Authorization=key, Origin=locked.url) == 401


@anyio
@pytest.mark.parametrize("token", ["", "x", "0" * 64, "密" * 3])
async def test_the_right_origin_does_not_replace_the_token(page: Served, token: str) -> None:
    before = len(page.transcript.entries)
    assert await post(page, **{"Origin": page.url, TOKEN_HEADER: token}) == 403
    assert len(page.transcript.entries) == before


@anyio
async def test_a_token_is_worth_nothing_in_another_session(page: Served) -> None:
    async with tab(page.url) as mine, tab(page.url) as other:
        for token, status in ((other.headers[TOKEN_HEADER], 403), (mine.headers[TOKEN_HEADER], 204)):
            async with mine.post("/say", json={"text": "hi"}, headers={TOKEN_HEADER: token}) as answer:
                assert answer.status == status


@anyio
@pytest.mark.parametrize("path", ["/say", "/file?name=x", "/leave", "/", "/nowhere", "/telegram", "/token", "/healthz"])
async def test_every_path_asks_for_the_token(page: Served, path: str) -> None:
    async with tab(page.url) as http, http.post(path, data=b"x", headers={TOKEN_HEADER: ""}) as answer:
        assert answer.status == 403


@anyio
async def test_the_password_does_not_replace_the_origin(locked: Served) -> None:
    assert await post(locked, Authorization=basic("", PASSWORD), Origin="https://evil.example") == 403


@anyio
async def test_health_needs_no_password(locked: Served) -> None:
    assert (await get(locked, "/healthz")).status == 200
    assert (await get(locked, "/healthz/")).status == 401


@anyio
async def test_the_password_is_in_no_log_and_no_answer(locked: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with aiohttp.ClientSession() as http:
        for key in (basic("", PASSWORD), basic("", "wrong-guess")):
            async with http.get(locked.url, headers={"Authorization": key}) as answer:
                body = await answer.text()
                assert PASSWORD not in body + str(answer.headers)
    assert PASSWORD not in caplog.text
    assert "wrong-guess" not in caplog.text


@anyio
async def test_guessing_is_slowed_down_until_some_time_has_passed() -> None:
    clock = Clock()
    async with served(settings={"demo": True, "password": PASSWORD, "clock": clock}) as page:
        guesses = [(await get(page, Authorization=basic("", f"{number}"))).status for number in range(11)]
        assert guesses == [401] * 10 + [429]
        assert (await get(page, Authorization=basic("", PASSWORD))).status == 429
        clock.seconds += 10
        assert (await get(page, Authorization=basic("", PASSWORD))).status == 200


@anyio
async def test_asking_without_a_password_is_no_guess() -> None:
    async with served(settings={"demo": True, "password": PASSWORD, "clock": Clock()}) as page:
        assert [(await get(page)).status for _ in range(15)] == [401] * 15
        assert (await get(page, Authorization=basic("", PASSWORD))).status == 200


@anyio
async def test_posts_have_a_pace() -> None:
    clock = Clock()
    async with served(settings={"demo": True, "clock": clock}) as page:
        assert [await post(page, Origin=page.url) for _ in range(11)] == [204] * 10 + [429]
        clock.seconds += 1
        assert [await post(page, Origin=page.url) for _ in range(2)] == [204, 429]
        assert len(page.service.heard) == 11


@anyio
@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/static/chat.js", 200), ("/history", 200), ("/nowhere", 404)]
)
async def test_every_answer_carries_the_headers(page: Served, path: str, status: int) -> None:
    answer = await get(page, path)
    assert answer.status == status
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self';" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Server" not in answer.headers


@anyio
async def test_what_was_said_is_kept_in_no_cache_of_the_browser(page: Served) -> None:
    for path in ("/", "/history"):
        assert (await get(page, path)).headers["Cache-Control"] == "no-store"


@anyio
async def test_refusals_carry_the_headers_too(page: Served) -> None:
    answer = await get(page, Host="evil.example")
    assert "Content-Security-Policy" in answer.headers


@anyio
async def test_other_methods_are_not_allowed(page: Served) -> None:
    async with tab(page.url) as http:
        for method in ("PUT", "DELETE", "PATCH"):
            async with http.request(method, "/say") as answer:
                assert answer.status == 405


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.5", "etf.example.com", "127.0.0.1.evil.example"])  # noqa: S104
@pytest.mark.parametrize("password", [None, ""])
def test_a_page_open_to_others_needs_a_password(host: str, password: str | None) -> None:
    transcript = MemoryTranscript()
    channel = WebChannel(transcript, lambda: EVENING)
    with pytest.raises(ValueError, match="password"):
        create_app(channel, transcript, demo=False, host=host, password=password)
    create_app(channel, transcript, demo=False, host=host, password=PASSWORD)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.53"])
def test_a_page_for_this_computer_needs_none(host: str) -> None:
    transcript = MemoryTranscript()
    create_app(WebChannel(transcript, lambda: EVENING), transcript, demo=False, host=host)
    assert is_loopback(host)
