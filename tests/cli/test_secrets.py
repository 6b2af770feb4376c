"""No secret comes out of a real service, whatever its servers answer: every byte that it says or stores is searched."""

import asyncio
import html
import json
import re
import sqlite3
import subprocess
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, quote_plus

import pytest

from bot.app_channels import channels_of
from bot.cli.running import DEMO_MORNING
from bot.messages.model import plain
from bot.schedule import SystemClock
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.web.sessions import TOKEN_HEADER
from config.settings import load_settings
from tests.bot.readers import reader
from tests.cli.program import PATIENCE_SECONDS, Program
from tests.fakes.echo import EchoServer, echoing
from tests.web.served import free_port

TOKEN_HALF = "AAEq7Zk2mVt-Gq5LoX_n3Jd-9XcWb3R"
PASSWORD = "Pg/9 word+of&the<page>"
SECRETS = {
    "token": TOKEN_HALF,
    "webhook secret": "Hk8sWn4c-w3Bh0oK-Jd62Lp0T",
    "page": PASSWORD,
    "robot": "Rb5m2X8q-r0B0t-7Ty1-Vn3e",
    "second robot": "Qz9d4K1w-r0B0t-3Lp8-Ms6u",
    "database": "Db7y+pass/wo@rd%5Tq",
    "proxy": "Px3v-pR0xY-p4Ss-8Hj2",
    "Bot API": "Ba6t-b4Se-p4Ss-1Gf5",
    "WeCom": "Wc4r-w3Co-p4Ss-0Ks9",
}
WINDOW = 9
"""So much of a secret in a row is too much of it."""


def spellings(secret: str) -> set[str]:
    """What must not be seen of a secret: pieces of it, however they are encoded."""
    written = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        "".join(f"\\u{ord(one):04x}" for one in secret),
        secret.encode().hex(),
    }
    for shift in range(3):
        packed = b64encode(bytes(shift) + secret.encode()).decode()
        written.add(packed[4:-4])
    return {one[at : at + WINDOW] for one in written for at in range(max(1, len(one) - WINDOW + 1))}


NEEDLES = {name: spellings(secret) for name, secret in SECRETS.items()}


def seen(text: str) -> dict[str, list[str]]:
    """The secrets of which something stands in a text, with what stands around it."""
    found: dict[str, list[str]] = {}
    text = text.lower()
    for name, needles in NEEDLES.items():
        for one in needles:
            if (at := text.find(one.lower())) >= 0:
                found.setdefault(name, []).append(text[max(0, at - 60) : at + 60])
    return found


@pytest.fixture
def server() -> Iterator[EchoServer]:
    with echoing() as one:
        yield one


def environment(server: EchoServer, **more: str) -> dict[str, str]:
    """Every secret setting, with servers that repeat what they hear."""
    robots = [f"研究群={SECRETS['robot']}", f"投顾群={SECRETS['second robot']}"]
    return {
        "ETFBOT_TELEGRAM__TOKEN": f"4242424242:{TOKEN_HALF}",
        "ETFBOT_TELEGRAM__BASE_URL": f"http://api:{SECRETS['Bot API']}@127.0.0.1:{server.port}/bot",
        "ETFBOT_TELEGRAM__PROXY": f"http://proxy:{SECRETS['proxy']}@127.0.0.1:{server.port}",
        "ETFBOT_TELEGRAM__WEBHOOK_URL": "https://etf.example.org/telegram",
        "ETFBOT_TELEGRAM__WEBHOOK_SECRET": SECRETS["webhook secret"],
        "ETFBOT_WECOM__ROBOTS": json.dumps(robots),
        "ETFBOT_WECOM__BASE_URL": f"http://corp:{SECRETS['WeCom']}@127.0.0.1:{server.port}",
        "ETFBOT_WEB__PASSWORD": PASSWORD,
        "ETFBOT_OWNERS": '["web:me"]',
        **more,
    }


def test_the_search_finds_what_it_is_to_find() -> None:
    for name, secret in SECRETS.items():
        for told in (secret, quote(secret, safe=""), b64encode(f"user:{secret}".encode()).decode(), secret[3:-3]):
            assert name in seen(f"x {told} y")
    assert seen("an ordinary line of 4242424242, proxy, robot and page") == {}


async def leave_messages(path: Path) -> None:
    """Messages for chats of every channel, and a table of readers that an administrator can look at."""
    store = Database(f"sqlite:///{path}")
    await store.open()
    for channel, chats in (("telegram", range(7000, 7012)), ("wecom", ("研究群", "投顾群"))):
        for chat in chats:
            who = await reader(store, str(chat), channel=channel)
            letters = [
                NewDelivery(batch=f"digest/{n}", subscription_id=who.id, message=plain("早"), due_at=DEMO_MORNING)
                for n in range(3)
            ]
            await store.outbox.enqueue(letters)
    await store.close()


class Asking:
    """Everything that a running service says, on its page and to its terminal; a pipe that nobody reads would stop it."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process, self.url, self.heard = process, f"http://127.0.0.1:{port}", list[str]()
        self.printed = {"out": "", "err": ""}
        self._reading = [
            threading.Thread(target=self._read, args=(name, pipe))
            for name, pipe in (("out", process.stdout), ("err", process.stderr))
        ]
        for one in self._reading:
            one.start()

    def end(self) -> None:
        """Ask the service to stop, and wait for its last words."""
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)
        for one in self._reading:
            one.join()

    def _read(self, name: str, pipe: IO[str]) -> None:
        with pipe:
            self.printed[name] = pipe.read()

    def ask(
        self,
        path: str,
        password: str | None = PASSWORD,
        body: bytes | None = None,
        port: int | None = None,
        **headers: str,
    ) -> int:
        """Ask, keep head and body of the answer, and return its status; 0 = nobody answers."""
        url = self.url if port is None else f"http://127.0.0.1:{port}"
        if password is not None:
            headers["Authorization"] = "Basic " + b64encode(f"me:{password}".encode()).decode()
        request = urllib.request.Request(f"{url}{path}", body, {"Origin": url, **headers})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                self.heard += [str(answer.headers), answer.read().decode()]
                return int(answer.status)
        except HTTPError as error:
            self.heard += [str(error.headers), error.read().decode()]
            return error.code
        except URLError:
            assert self.process.poll() is None, self.printed
            return 0

    def say(self, text: str) -> int:
        """Say something on the page as its person."""
        assert self.ask("/token") == 200
        head, token = self.heard[-2], json.loads(self.heard.pop())["token"]
        cookie = re.search(r"(?im)^set-cookie: ([^;]+)", head)
        assert cookie is not None
        headers = {"Content-Type": "application/json", "Cookie": cookie[1], TOKEN_HEADER: token}
        return self.ask("/say", body=json.dumps({"text": text}).encode(), **headers)

    def until(self, path: str, word: str) -> None:
        """Wait until a word stands in an answer."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if self.ask(path) == 200 and re.search(word, self.heard[-1]):
                return
            time.sleep(0.1)
        pytest.fail(f"{word} did not come: {self.heard[-1:]}")


def stored(path: Path) -> str:
    """Every word and every number of a database."""
    with sqlite3.connect(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [
            str(row)
            for table in tables
            if table not in ("snapshots", "quarantine")
            for row in connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
        ]
    connection.close()
    return "\n".join(rows)


@pytest.mark.parametrize("form", ["json", pytest.param("console", marks=pytest.mark.slow)])
def test_nothing_that_a_running_service_says_or_stores_shows_a_secret(
    etfbot: Program, demo_url: str, server: EchoServer, form: str
) -> None:
    path, port = Path(demo_url.removeprefix("sqlite:///")), free_port()
    asyncio.run(leave_messages(path))
    apart = free_port()
    settings = environment(server, ETFBOT_LOG_FORMAT=form, ETFBOT_WEB__PORT=str(port), ETFBOT_HEALTH__PORT=str(apart))
    process = etfbot.start("run", "--source", "demo", "--database", demo_url, "--debug", **settings)
    page = Asking(process, port)
    try:
        page.until("/healthz", "ok")
        for kind in ("permanent", "passing"):
            page.until("/metrics", f'etfbot_sends_total{{channel="telegram",result="{kind}"}} [1-9]')
        page.until("/metrics", 'etfbot_sends_total{channel="wecom",result="permanent"} [1-9]')
        assert page.ask("/readyz", password=None) == 200
        for path in ("/healthz", "/readyz", "/metrics"):
            assert page.ask(path, password=None, port=apart) == 200
        for word in ("/admin", "/admin subscribers", "/admin subscribers #1", "/admin subscribers #13", "/status"):
            assert page.say(word) == 204
        assert page.say("/admin maintenance on back soon") == 204
        assert page.say("/admin audit") == 204
        assert page.ask("/", password="wrong-password-of-the-page") == 401
        assert page.ask("/nothing") == 404
        assert page.ask("/telegram", body=b"{}", **{"X-Telegram-Bot-Api-Secret-Token": "wrong"}) == 403
        assert (
            page.ask("/telegram", body=b"junk", **{"X-Telegram-Bot-Api-Secret-Token": SECRETS["webhook secret"]}) == 400
        )
        assert page.ask("/history") == 200
    finally:
        page.end()
    heard, err = "\n".join(page.heard), page.printed["err"]
    assert "delivery failed" in err
    assert "Traceback" not in err
    assert any(TOKEN_HALF in one for one in server.asked), "the server was not told the token"
    assert any(b64encode(f"proxy:{SECRETS['proxy']}".encode()).decode() in one for one in server.asked)
    assert any(SECRETS["robot"] in one for one in server.asked)
    for said in (*page.printed.values(), heard, stored(path)):
        assert seen(said) == {}


COMMANDS: Mapping[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "doctor with tracebacks": (("doctor", "--source", "demo", "--debug"), {}),
    "no database": (
        ("run", "--debug"),
        {"ETFBOT_DATABASE": "postgresql://etfbot:{database}@127.0.0.1:{closed}/etfbot"},
    ),
    "a database that is none": (("run", "--debug"), {"ETFBOT_DATABASE": "postgresql://etfbot:{database}@[::/etfbot"}),
    "a token that is none": (("run", "--debug"), {"ETFBOT_TELEGRAM__TOKEN": "{token} {token}"}),
    "a proxy that is none": (("run",), {"ETFBOT_TELEGRAM__PROXY": "ftp://user:{proxy}@h"}),
    "a robot that is none": (("run", "--debug"), {"ETFBOT_WECOM__ROBOTS": '["{robot}"]'}),
    "a port that is none": (("run", "--debug"), {"ETFBOT_WEB__PORT": "x"}),
    "a file that is none": (("run", "--debug"), {"ETFBOT_CONFIG": "broken.toml"}),
}


def test_no_command_that_fails_shows_a_secret(etfbot: Program, server: EchoServer) -> None:
    words = {
        "database": quote(SECRETS["database"], safe=""),
        "closed": str(free_port()),
        "token": TOKEN_HALF,
        "proxy": SECRETS["proxy"],
        "robot": SECRETS["robot"],
    }
    (etfbot.folder / "broken.toml").write_text(f'[telegram]\ntoken = "1:{TOKEN_HALF}\n', "utf-8")
    for name, (command, more) in COMMANDS.items():
        filled = {key: re.sub(r"\{(\w+)\}", lambda found: words[found[1]], value) for key, value in more.items()}
        said = etfbot.run(*command, **environment(server, **filled))
        assert said.code != 0, name
        assert said.err, name
        assert seen(said.out + said.err) == {}, name


def test_what_is_made_of_the_settings_does_not_show_them(server: EchoServer, tmp_path: Path) -> None:
    address = f"postgresql://etfbot:{quote(SECRETS['database'], safe='')}@db.example/etfbot"
    settings = load_settings(environment(server, ETFBOT_DATABASE=address), tmp_path)
    store = Database(settings.database)
    channels = channels_of(settings, store, SystemClock())
    told = [repr(settings), str(settings), repr(store), repr(store.__dict__), repr(channels)]
    told += [repr(settings.telegram), repr(settings.web), repr(settings.wecom)]
    told += [repr(one.__dict__) for one in channels.by_kind().values() if one.kind != "wecom"]
    assert seen("\n".join(told)) == {}
