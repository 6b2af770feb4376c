"""Sessions by themselves: what a cookie must be, how long it lasts, and what ends it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from bot.web.sessions import ENDED_MAX, LASTS_SECONDS, Session, Sessions
from tests.web.clock import Clock

PASSWORD = "correct horse battery"
ONE = Sessions(PASSWORD, Clock())


def asked(cookie: str = "", host: str = "etf.example.org:8787", **headers: str) -> Request:
    told = {"host": host, "cookie": cookie, **headers}
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in told.items()]
    return Request(
        {"type": "http", "method": "GET", "scheme": "http", "path": "/", "query_string": b"", "headers": raw}
    )


def cookie_of(sessions: Sessions, session: Session, **headers: str) -> str:
    answer = Response()
    sessions.keep(session, asked(**headers), answer)
    return answer.headers["set-cookie"]


def test_a_cookie_brings_its_session_back() -> None:
    session = ONE.begin(reader=True)
    assert ONE.of(asked(cookie_of(ONE, session).partition(";")[0])) == session


def test_no_script_reads_it_and_no_other_site_has_it_sent() -> None:
    told = cookie_of(ONE, ONE.begin())
    assert told.startswith("etfbot-v-8787=v.")
    assert {"HttpOnly", "Path=/", "SameSite=strict", f"Max-Age={LASTS_SECONDS}"} <= set(told.split("; "))
    assert "Secure" not in told


@pytest.mark.parametrize("origin", ["https://etf.example.org", "HTTPS://etf.example.org"])
def test_where_the_browser_speaks_tls_the_cookie_stays_there(origin: str) -> None:
    told = cookie_of(ONE, session := ONE.begin(reader=True), host="etf.example.org", origin=origin)
    assert told.startswith("__Host-etfbot-r=r.")
    assert "; Secure" in told
    assert "domain" not in told.lower()
    assert ONE.of(asked(told.partition(";")[0], host="etf.example.org")) == session


def test_it_runs_out() -> None:
    clock = Clock()
    sessions = Sessions(PASSWORD, clock)
    cookie = cookie_of(sessions, sessions.begin(reader=True)).partition(";")[0]
    clock.seconds += LASTS_SECONDS - 1
    assert sessions.of(asked(cookie)) is not None
    clock.seconds += 1
    assert sessions.of(asked(cookie)) is None


def test_one_that_was_ended_does_not_come_back_and_the_list_of_them_has_an_end() -> None:
    sessions = Sessions(PASSWORD, Clock())
    session = sessions.begin(reader=True)
    cookie = cookie_of(sessions, session).partition(";")[0]
    sessions.end(session)
    assert sessions.of(asked(cookie)) is None
    for _ in range(ENDED_MAX):
        sessions.end(sessions.begin())
    assert len(sessions._ended) == ENDED_MAX


def test_readers_stay_in_over_a_restart_and_a_new_password_turns_them_out() -> None:
    session = ONE.begin(reader=True)
    cookie = cookie_of(ONE, session).partition(";")[0]
    assert Sessions(PASSWORD, Clock()).of(asked(cookie)) == session
    assert Sessions(PASSWORD + "!", Clock()).of(asked(cookie)) is None
    assert Sessions(None, Clock()).of(asked(cookie)) is None


def test_a_visitor_cannot_make_a_reader_of_himself() -> None:
    cookie = cookie_of(ONE, ONE.begin()).partition(";")[0]
    assert ONE.of(asked(cookie.replace("v-8787=v.", "r-8787=r."))) is None


def test_a_session_of_another_port_is_not_taken() -> None:
    cookie = cookie_of(ONE, ONE.begin()).partition(";")[0]
    assert ONE.of(asked(cookie, host="etf.example.org:8788")) is None


def test_a_reader_who_comes_as_a_visitor_too_is_the_reader() -> None:
    reader, visitor = ONE.begin(reader=True), ONE.begin()
    both = [cookie_of(ONE, one).partition(";")[0] for one in (visitor, reader)]
    assert ONE.of(asked("; ".join(both))) == reader
    answer = Response()
    ONE.drop(asked("; ".join([*both, "other=1"])), answer)
    gone = sorted(answer.headers.getlist("set-cookie"))
    assert [one.partition("=")[0] for one in gone] == ["etfbot-r-8787", "etfbot-v-8787"]
    assert all("Max-Age=0" in one for one in gone)


def test_tokens_differ_by_session_and_are_no_cookies() -> None:
    one, other = ONE.begin(), ONE.begin()
    assert ONE.knows_token(one, ONE.token(one))
    assert not ONE.knows_token(other, ONE.token(one))
    assert ONE.token(one) not in cookie_of(ONE, one)


@given(position=st.integers(0, 110), sign=st.characters(codec="ascii", exclude_characters=';, ="\\', min_codepoint=33))
def test_a_cookie_with_any_sign_changed_is_worth_nothing(position: int, sign: str) -> None:
    name, _, value = cookie_of(ONE, ONE.begin()).partition(";")[0].partition("=")
    at = position % len(value)
    changed = value[:at] + sign + value[at + 1 :]
    assert (ONE.of(asked(f"{name}={changed}")) is None) is (changed != value)


@given(junk=st.text(max_size=80))
def test_junk_is_no_session(junk: str) -> None:
    assert ONE.of(asked(f"etfbot-r-8787={junk}")) is None
    assert ONE.of(asked(junk, host=junk)) is None
    assert not ONE.knows_token(ONE.begin(), junk)
