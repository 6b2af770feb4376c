"""A secret is hidden in whatever form it comes back, and words that only look like one are left alone."""

import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blotting import HIDDEN, Blot, secrets_in, secrets_of_url

SECRETS = ("123456:AAF-geheim_geheim", "correct horse/battery+staple", "päss wörd\"'\\%@", "693a91f6-7xxx-4bc4")

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in a path": lambda one: f"https://api.telegram.org/bot{one}/getMe",
    "percent-encoded": lambda one: f"?key={quote(one, safe='')}&x=1",
    "percent-encoded in small letters": lambda one: quote(one, safe="").replace("%3A", "%3a").replace("%2F", "%2f"),
    "percent-encoded but for slashes": quote,
    "of a form": lambda one: f"key={quote_plus(one)}",
    "JSON": lambda one: json.dumps({"told": one}),
    "JSON with its own letters": lambda one: json.dumps({"told": one}, ensure_ascii=False),
    "repr": lambda one: repr({"told": [one]}),
    "repr of bytes": lambda one: repr(one.encode()),
    "HTML": lambda one: f"<p>{html.escape(one)}</p>",
    "hex": lambda one: one.encode().hex(),
    "Base64": lambda one: b64encode(one.encode()).decode(),
    "basic authentication": lambda one: b64encode(f"user:{one}".encode()).decode(),
    "basic authentication of a longer name": lambda one: b64encode(f"prometheus:{one}".encode()).decode(),
    "Base64 with something behind it": lambda one: b64encode(f"a:{one}@host/etfbot".encode()).decode(),
    "Base64 for addresses": lambda one: urlsafe_b64encode(f"ab{one}".encode()).decode(),
}


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_hidden_in_every_form(form: str, secret: str) -> None:
    told = FORMS[form](secret)
    hidden = Blot(SECRETS).hide(f"{told} and more")
    assert HIDDEN in hidden
    assert hidden.endswith(" and more")
    assert not any(one in hidden for one in (secret, secret.partition(":")[2] or secret, quote(secret)))
    # What is packed in Base64 shares a letter at each end with its neighbours, and these may be left.
    assert len(hidden) <= len(FORMS[form]("")) + len(f"{HIDDEN} and more") + 4


@given(st.text(min_size=6, max_size=40), st.binary(max_size=7), st.binary(max_size=7))
def test_base64_is_hidden_whatever_stands_around_it(secret: str, before: bytes, behind: bytes) -> None:
    encoded = b64encode(before + secret.encode("utf-8", "surrogatepass") + behind).decode()
    if any("\ud800" <= one <= "\udfff" for one in secret):
        return
    hidden = Blot([secret]).hide(encoded)
    assert HIDDEN in hidden
    assert len(hidden.replace(HIDDEN, "")) <= -(-(len(before) + 1) * 8 // 6) + -(-(len(behind) + 1) * 8 // 6) + 4


def test_several_secrets_in_one_text_are_all_hidden_and_the_rest_stays() -> None:
    blot = Blot(["first-secret", "second-secret"])
    assert blot.hide("a first-secret, a second-secret, a third") == f"a {HIDDEN}, a {HIDDEN}, a third"


def test_a_secret_that_holds_another_leaves_no_rest() -> None:
    assert Blot(["secret", "secret-and-more"]).hide("secret-and-more") == HIDDEN


@pytest.mark.parametrize("word", ["", "etf", "12345"])
def test_what_is_too_short_to_be_a_secret_hides_nothing(word: str) -> None:
    assert Blot([word]).hide("etf 12345 and more") == "etf 12345 and more"


def test_what_is_forgotten_is_no_secret_any_more() -> None:
    blot = Blot(["first-secret"])
    blot.learn(["second-secret"])
    assert blot.hide("first-secret second-secret") == f"{HIDDEN} {HIDDEN}"
    blot.forget()
    assert blot.hide("first-secret second-secret") == "first-secret second-secret"


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql://etfbot:s3cr%40t-word@db.example/etfbot", ["s3cr%40t-word", "s3cr@t-word"]),
        ("http://user:proxy-word@127.0.0.1:8118", ["proxy-word", "proxy-word"]),
        ("postgresql://db/etfbot?password=in-the-query", ["in-the-query", "in-the-query"]),
        ("postgresql://etfbot:half[bracket@db/etfbot", ["half[bracket", "half[bracket"]),
        ("sqlite:///etfbot.db", []),
        ("https://api.telegram.org/bot", []),
        ("", []),
    ],
)
def test_the_password_of_an_address_is_a_secret(url: str, secrets: list[str]) -> None:
    assert secrets_of_url(url) == secrets


def test_the_environment_is_known_before_the_settings_are() -> None:
    environment = {
        "ETFBOT_TELEGRAM__TOKEN": "not a token",
        "ETFBOT_WECOM__ROBOTS": '["a=key-of-robot"]',
        "ETFBOT_DATABASE": "postgresql://u:of-database@h/d",
        "HTTPS_PROXY": "http://u:of-proxy@h",
        "ETFBOT_LANGUAGE": "zh",
        "HOME": "/home/etfbot",
    }
    found = secrets_in(environment.items())
    assert {"not a token", '["a=key-of-robot"]', "of-database", "of-proxy"} == set(found)
