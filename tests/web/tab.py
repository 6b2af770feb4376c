"""A tab of a browser without the browser: says where it comes from, keeps cookies, shows the page's token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bot.web.sessions import TOKEN_HEADER


async def opened(url: str) -> aiohttp.ClientSession:
    """A tab of a page that needs no password; whoever opens it closes it."""
    http = aiohttp.ClientSession(url, headers={"Origin": url}, cookie_jar=aiohttp.CookieJar(unsafe=True))
    async with http.get("/token") as answer:
        http.headers[TOKEN_HEADER] = (await answer.json())["token"]
    return http


@asynccontextmanager
async def tab(url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """The same, closed at the end."""
    http = await opened(url)
    async with http:
        yield http
