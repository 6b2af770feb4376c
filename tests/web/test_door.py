"""Coming in by the password and going out again, over a real socket."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.web.door import FORM_BYTES_MAX
from bot.web.sessions import LASTS_SECONDS, TOKEN_HEADER
from tests.web.clock import Clock
from tests.web.served import Served, served

pytestmark = pytest.mark.anyio

PASSWORD = "壹贰叁-correct-horse"
HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def locked(clock: Clock) -> AsyncIterator[Served]:
    settings = {"demo": True, "password": PASSWORD, "clock": clock, "calendar_clock": clock}
    async with served(settings=settings) as page:
        yield page


@asynccontextmanager
async def browser(page: Served) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Origin": page.url, "Sec-Fetch-Site": "same-origin", **HTML}
    async with aiohttp.ClientSession(page.url, headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


async def form(http: aiohttp.ClientSession) -> str:
    """The token of the door's form."""
    async with http.get("/login") as answer:
        found = re.search(r'name="token" value="(\w+)"', await answer.text())
        assert found is not None
        return found[1]


async def entered(http: aiohttp.ClientSession, password: str = PASSWORD, token: str | None = None) -> tuple[int, str]:
    told = {"password": password, "token": await form(http) if token is None else token}
    async with http.post("/login", data=told, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", "")


async def status(http: aiohttp.ClientSession, path: str = "/history") -> int:
    async with http.get(path, allow_redirects=False) as answer:
        return answer.status


async def status_with(page: Served, kept: dict[str, str]) -> int:
    """What a browser with these cookies is told."""
    async with aiohttp.ClientSession(page.url, headers=HTML, cookie_jar=aiohttp.DummyCookieJar()) as http:
        header = {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
        async with http.get("/history", headers=header, allow_redirects=False) as answer:
            return answer.status


async def said(http: aiohttp.ClientSession) -> int:
    async with http.get("/token") as answer:
        token = (await answer.json())["token"] if answer.status == 200 else ""
    async with http.post("/say", json={"text": "hi"}, headers={TOKEN_HEADER: token}) as answer:
        return answer.status


def cookies(http: aiohttp.ClientSession) -> dict[str, str]:
    return {one.key: one.value for one in http.cookie_jar}


async def test_who_comes_for_the_page_is_sent_to_the_door_and_a_script_is_told(locked: Served) -> None:
    async with browser(locked) as http:
        async with http.get("/", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/login")
        async with http.get("/token", headers={"Accept": "*/*"}) as answer:
            assert answer.status == 401
            assert "WWW-Authenticate" not in answer.headers
        for path in ("/login", "/static/door.css", "/static/door.js", "/static/theme.js", "/static/icon.svg"):
            assert await status(http, path) == 200


async def test_the_password_opens_everything(locked: Served) -> None:
    async with browser(locked) as http:
        assert await status(http) == 303
        assert await entered(http) == (303, "/")
        assert [await status(http, path) for path in ("/", "/history", "/rooms", "/token")] == [200] * 4
        assert await said(http) == 204
        assert await status(http, "/login") == 303


@pytest.mark.parametrize("password", ["", "x", PASSWORD + " ", PASSWORD.upper(), "\udc80", "x" * 5000])
async def test_a_wrong_one_does_not(locked: Served, password: str) -> None:
    async with browser(locked) as http:
        told = urlencode({"password": password, "token": await form(http)}, errors="surrogateescape")
        async with http.post("/login", data=told.encode(), allow_redirects=False) as answer:
            assert answer.status in {400, 403}
            assert PASSWORD not in await answer.text()
        assert await status(http) == 303


async def test_a_login_makes_a_new_session_and_ends_the_one_before(locked: Served) -> None:
    async with browser(locked) as http:
        token = await form(http)
        before = cookies(http)
        assert await entered(http, token=token) == (303, "/")
        (reader,) = cookies(http).keys() - before.keys()
        assert cookies(http)[reader].split(".")[1] not in str(before)
        # Whoever planted the first cookie has nothing of it.
        assert await status(http) == 200
        assert await status_with(locked, before) == 303
        assert await entered(http, token=token) == (403, "")


@pytest.mark.parametrize("token", ["", "x", "0" * 64])
async def test_a_form_without_its_token_is_no_login(locked: Served, token: str) -> None:
    async with browser(locked) as http:
        await form(http)
        assert await entered(http, token=token) == (403, "")


async def test_another_site_cannot_log_anybody_in(locked: Served) -> None:
    async with browser(locked) as http:
        told = {"password": PASSWORD, "token": await form(http)}
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            async with http.post("/login", data=told, headers=headers, allow_redirects=False) as answer:
                assert answer.status == 403


async def test_guessing_is_slowed_down_and_who_is_in_does_not_notice(locked: Served, clock: Clock) -> None:
    async with browser(locked) as reader, browser(locked) as guesser:
        assert await entered(reader) == (303, "/")
        token = await form(guesser)
        assert [(await entered(guesser, "x", token))[0] for _ in range(12)] == [403] * 10 + [429] * 2
        assert (await entered(guesser, PASSWORD, token))[0] == 429
        assert await status(reader) == 200
        clock.seconds += 10
        assert await entered(guesser, PASSWORD, token) == (303, "/")


async def test_guessing_from_many_addresses_is_slowed_down_too(locked: Served) -> None:
    # A proxy on this machine may say for whom it asks.
    async with browser(locked) as http:
        token, told = await form(http), []
        for number in range(230):
            headers = {"X-Forwarded-For": f"198.51.{number // 100}.{number % 100}"}
            data = {"password": "x", "token": token}
            async with http.post("/login", data=data, headers=headers, allow_redirects=False) as answer:
                told.append(answer.status)
        assert told == [403] * 200 + [429] * 30


async def test_a_whole_network_of_ipv6_guesses_as_one(locked: Served) -> None:
    async with browser(locked) as http:
        token, told = await form(http), []
        for number in range(12):
            headers = {"X-Forwarded-For": f"2001:db8:0:1:{number:x}::1"}
            data = {"password": "x", "token": token}
            async with http.post("/login", data=data, headers=headers, allow_redirects=False) as answer:
                told.append(answer.status)
        assert told == [403] * 10 + [429] * 2


async def test_who_leaves_is_out_also_with_the_old_cookie(locked: Served) -> None:
    async with browser(locked) as http:
        await entered(http)
        kept = cookies(http)
        assert await status_with(locked, kept) == 200
        async with http.get("/token") as answer:
            token = (await answer.json())["token"]
        async with http.post("/leave") as answer:
            assert answer.status == 403
        async with http.post("/leave", headers={TOKEN_HEADER: token}) as answer:
            assert answer.status == 204
        assert cookies(http) == {}
        assert await status_with(locked, kept) == 303


async def test_a_session_runs_out(locked: Served, clock: Clock) -> None:
    async with browser(locked) as http:
        await entered(http)
        clock.seconds += LASTS_SECONDS - 1
        assert await status(http) == 200
        clock.seconds += 1
        assert await status(http) == 303


async def test_a_stream_ends_with_its_session(locked: Served, clock: Clock) -> None:
    async with browser(locked) as http:
        await entered(http)
        async with http.get("/events") as live:
            clock.seconds += LASTS_SECONDS
            await locked.push("one")
            await locked.push("after the end")
            text = (await live.read()).decode()
    assert "after the end" not in text


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/login?next=https://evil.example",
        "/login/",
        "/\\evil.example",
        "/%2F%2Fevil.example",
        "//evil.example/",
    ],
)
async def test_nobody_is_sent_elsewhere(locked: Served, path: str) -> None:
    async with browser(locked) as http:
        await entered(http)
        async with http.get(locked.url + path, allow_redirects=False) as answer:
            place = answer.headers.get("Location", "/")
            assert place == "/" or place.startswith(locked.url + "/")


async def test_a_form_has_an_end(locked: Served) -> None:
    async with browser(locked) as http:
        token = await form(http)
        async with http.post("/login", data={"token": token, "password": "x" * FORM_BYTES_MAX}) as answer:
            assert answer.status == 413
        fields = "&".join(f"a{number}=1" for number in range(50))
        async with http.post("/login", data=fields.encode()) as answer:
            assert answer.status == 400


async def test_a_page_without_a_password_has_no_door() -> None:
    async with served() as page, browser(page) as http:
        assert await status(http, "/login") == 303
        async with http.post("/login", data={"password": "x"}, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/")
        async with http.get("/") as answer:
            assert 'id="leave"' not in await answer.text()


async def test_the_door_has_no_script_or_style_in_line(locked: Served) -> None:
    async with browser(locked) as http, http.get("/login") as answer:
        text = await answer.text()
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; script-src 'self'")
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", text)
