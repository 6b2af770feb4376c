"""What an operator reads about his mistakes: all of them, each with its place, and no secret."""

import logging
import traceback
from pathlib import Path
from typing import Any

import pytest

from config.problems import ConfigError, Problem, nearest, shown
from config.settings import load_settings


def _error(
    directory: Path,
    *,
    file: str = "",
    environment: dict[str, str] | None = None,
    overrides: dict[str, Any] | None = None,
) -> ConfigError:
    if file:
        (directory / "etfbot.toml").write_text(file, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(environment or {}, directory, overrides or {})
    return caught.value


def test_every_mistake_of_every_layer_is_reported_at_once(tmp_path: Path) -> None:
    error = _error(
        tmp_path,
        file='sorce = "demo"\n[web]\nport = 99999\n[timetable]\nclose = "25:99"\n[outbox]\nbatch = "many"\n',
        environment={"ETFBOT_TELEGRAM__TOKN": "x", "ETFBOT_AKSHARE__MEMORY_MIB": "1"},
        overrides={"log_level": "loud"},
    )
    assert {(problem.where, problem.key) for problem in error.problems} == {
        ("etfbot.toml", "sorce"),
        ("etfbot.toml", "web.port"),
        ("etfbot.toml", "timetable.close"),
        ("etfbot.toml", "outbox.batch"),
        ("ETFBOT_TELEGRAM__TOKN", "telegram.tokn"),
        ("ETFBOT_AKSHARE__MEMORY_MIB", "akshare.memory_mib"),
        ("command line", "log_level"),
    }
    assert str(error).splitlines() == [str(problem) for problem in error.problems]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("[web]\nport = 99999", "web.port must be a whole number from 1 to 65535, not 99999"),
        ("[web]\nport = true", "web.port must be a whole number from 1 to 65535, not true"),
        ("[web]\nport = '8787'", "web.port must be a whole number from 1 to 65535, not '8787'"),
        ("[web]\nport = {a = 1}", "web.port must be a whole number from 1 to 65535, not a table"),
        ("[web]\nport = {}", "web.port must be a whole number from 1 to 65535, not a table"),
        ("[web]\nenabled = 1", "web.enabled must be true or false, not 1"),
        ("[web]\nhost = 'no host'", "web.host must be a host name or an address to listen on, not 'no host'"),
        ("[outbox]\nidle_seconds = nan", "outbox.idle_seconds must be a number from 0.05 to 60, not nan"),
        ("[upstreams]\npause_seconds = -1", "upstreams.pause_seconds must be a number from 0 to 60, not -1"),
        ("source = 'akshre'", "source must be one of akshare, archive, demo, not 'akshre'"),
        ("plugins = 5", "plugins must be the name of a folder, or empty, not 5"),
        ("calendar = 'none.csv'", "calendar names a file that does not exist"),
        ("web = 5", "web is a table; set its keys one by one, for example web.enabled"),
        ("detectors = 5", "for example detectors.inflow_streak.min_days"),
        (
            "[detectors]\nmine = 5",
            "detectors.mine is a table; set its keys one by one, for example detectors.mine.min_d",
        ),
        ("[timetable]\nclose = '25:99'", "timetable.close must be a time of day such as \"16:20\", not '25:99'"),
        ("[timetable]\nclose = '14:00'", "timetable.close must not be before 15:00"),
        ("[timetable]\nevening = '20:00'", "timetable.evening must be a list of times of day"),
        ("[timetable]\nevening = []", "timetable.evening must name at least one time"),
        ("[timetable]\nevening = ['22:00', '20:00']", "timetable.evening must name its times in ascending order"),
        ("[timetable]\nevening = ['16:00', '20:00']", "timetable.evening must begin after timetable.close"),
        ("[timetable]\nmorning = ['08:30', '17:00']", "timetable.morning must end before timetable.close"),
        (
            "[timetable]\nmorning_digest_latest = '08:00'",
            "timetable.morning_digest_latest must not be before timetable.morning_digest",
        ),
        ("[subscribers]\ndefault_watchlists = [5]", "subscribers.default_watchlists must be a list of names of"),
    ],
)
def test_a_bad_value_is_told_with_what_it_should_have_been(file: str, expected: str, tmp_path: Path) -> None:
    (problem,) = _error(tmp_path, file=file).problems
    assert problem.where == "etfbot.toml"
    assert expected in str(problem)


def test_a_time_of_day_may_be_written_as_toml_knows_it(tmp_path: Path) -> None:
    (tmp_path / "etfbot.toml").write_text("[timetable]\nclose = 16:30:00\n")
    assert load_settings({}, tmp_path).timetable.close.minute == 30


def test_every_bad_element_of_a_list_is_told(tmp_path: Path) -> None:
    error = _error(tmp_path, environment={"ETFBOT_TIMETABLE__MORNING": "8:30,25:99,soon"})
    assert [problem.reason.rpartition(", not ")[2] for problem in error.problems] == ["'25:99'", "'soon'"]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("ETFBOT_TELEGRAM_TOKEN", "is not a setting; did you mean ETFBOT_TELEGRAM__TOKEN?"),
        ("ETFBOT_WEB__PROT", "is not a setting; did you mean ETFBOT_WEB__PORT?"),
        ("ETFBOT_WEB__PORT__NUMBER", "must be a whole number from 1 to 65535, not a table"),
        ("ETFBOT_WEB", "is a table; set its keys one by one, for example ETFBOT_WEB__ENABLED"),
        ("ETFBOT_DETECTORS__MINE", "is a table; set its keys one by one, for example ETFBOT_DETECTORS__MINE__MIN_DAYS"),
        ("ETFBOT_DETECTORS__MINE__MIN_DAYS__X", "must be one value, not a table"),
        ("ETFBOT_QQQQQQ", "is not a setting"),
    ],
)
def test_a_variable_that_means_nothing_is_named(environment: str, expected: str, tmp_path: Path) -> None:
    (problem,) = _error(tmp_path, environment={environment: "1"}).problems
    assert (problem.where, problem.reason) == (environment, expected)


@pytest.mark.parametrize(
    ("file", "key", "meant"),
    [
        ("[telegram]\ntokn = ''", "telegram.tokn", "telegram.token"),
        ("[telegramm]\ntoken = ''\nproxy = ''", "telegramm", "telegram"),
        ("port = 1", "port", "web.port"),
        ("[detector.x]\na = 1", "detector", "detectors"),
        ('"web.port" = 1', '"web.port"', "web.port"),
    ],
)
def test_a_misspelt_key_is_told_with_the_one_that_was_meant(file: str, key: str, meant: str, tmp_path: Path) -> None:
    (problem,) = _error(tmp_path, file=file).problems
    assert problem == Problem("etfbot.toml", key, f"is not a setting; did you mean {meant}?")


def test_a_key_that_is_like_nothing_gets_no_suggestion(tmp_path: Path) -> None:
    (problem,) = _error(tmp_path, file="zzzzzzzz = 1").problems
    assert problem.reason == "is not a setting"
    assert nearest("zzzz", ["web", "port"]) == ""


@pytest.mark.parametrize(
    ("file", "line"),
    [("source = 'demo'\nport =\n", "line 2"), ("[web]\n[web]\n", "line 2"), ("a = 1\nb = [1,\n2", "line 3")],
)
def test_a_syntax_error_names_the_file_and_the_line(file: str, line: str, tmp_path: Path) -> None:
    (problem,) = _error(tmp_path, file=file).problems
    assert (problem.where, problem.key) == ("etfbot.toml", "")
    assert line in problem.reason


def test_a_broken_file_does_not_hide_the_mistakes_of_the_environment(tmp_path: Path) -> None:
    error = _error(tmp_path, file="a b", environment={"ETFBOT_WEB__PORT": "x"})
    assert [problem.where for problem in error.problems] == ["etfbot.toml", "ETFBOT_WEB__PORT"]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "etfbot.toml").write_bytes(b"language = '\xff'")
    assert "is not UTF-8 text" in str(_error(tmp_path))


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "etfbot.toml").mkdir()
    assert str(_error(tmp_path)).startswith("etfbot.toml: the file cannot be read: ")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "etf.example.org"])  # noqa: S104
def test_a_host_that_others_reach_needs_a_password(host: str, tmp_path: Path) -> None:
    for password in ("", "short"):
        (problem,) = _error(tmp_path, environment={"ETFBOT_WEB__HOST": host, "ETFBOT_WEB__PASSWORD": password}).problems
        assert (problem.where, problem.key) == ("ETFBOT_WEB__HOST", "web.host")
        assert "web.password must be set" in problem.reason


@pytest.mark.parametrize(
    "environment",
    [
        {"ETFBOT_WEB__HOST": "localhost"},
        {"ETFBOT_WEB__HOST": "127.0.0.2"},
        {"ETFBOT_WEB__HOST": "[::1]"},
        {"ETFBOT_WEB__HOST": "::", "ETFBOT_WEB__PASSWORD": "long enough"},
        {"ETFBOT_WEB__HOST": "::", "ETFBOT_WEB__ENABLED": "false"},
    ],
)
def test_a_host_that_is_safe_needs_none(environment: dict[str, str], tmp_path: Path) -> None:
    assert load_settings(environment, tmp_path).web.host == environment["ETFBOT_WEB__HOST"].strip("[]")


def test_the_missing_password_is_told_beside_another_mistake_of_the_table(tmp_path: Path) -> None:
    error = _error(tmp_path, environment={"ETFBOT_WEB__HOST": "::", "ETFBOT_WEB__PORT": "0"})
    assert {problem.key for problem in error.problems} == {"web.host", "web.port"}


_SECRET = "hunter2-hunter2"
_HIDDEN = {
    "ETFBOT_TELEGRAM__TOKEN": f"123:{_SECRET}",
    "ETFBOT_WEB__PASSWORD": _SECRET,
    "ETFBOT_DATABASE": f"postgresql://me:{_SECRET}@db/etfbot",
    "ETFBOT_TELEGRAM__PROXY": f"http://me:{_SECRET}@proxy:8080",
    "ETFBOT_TELEGRAM__BASE_URL": f"https://{_SECRET}.example.org/bot",
}


def test_no_secret_is_shown_by_good_settings(tmp_path: Path) -> None:
    settings = load_settings(_HIDDEN, tmp_path)
    assert settings.telegram.token.get_secret_value() == f"123:{_SECRET}"
    assert settings.web.password.get_secret_value() == _SECRET
    assert settings.database.endswith("@db/etfbot")
    assert not any(
        _SECRET in text for text in (repr(settings), str(settings), f"{settings.web}", f"{settings.telegram}")
    )


@pytest.mark.parametrize(
    "file",
    [
        f"[telegram]\ntoken = '{_SECRET}'",
        f"[telegram]\ntoken = ['{_SECRET}']",
        f"[telegram]\ntokn = '{_SECRET}'",
        f"telegram = '{_SECRET}'",
        f"[telegram]\ntoken = {{a = '{_SECRET}'}}",
        f"[telegram]\nproxy = '{_SECRET}'",
        f"[telegram]\nbase_url = 'ftp://{_SECRET}'",
        f"database = 'mysql://me:{_SECRET}@db/etfbot'",
        f"[web]\npassword = ['{_SECRET}']\nport = 0",
        f"[telegram]\ntoken = '{_SECRET}\n",
    ],
)
def test_no_secret_is_shown_by_a_problem(file: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    error = _error(tmp_path, file=file)
    logging.getLogger("test").error("refused", exc_info=error)
    told = [str(error), repr(error), repr(error.problems), caplog.text, "".join(traceback.format_exception(error))]
    assert not any(_SECRET in text for text in told)
    assert error.__context__ is None
    assert error.__cause__ is None


def test_a_problem_is_one_line_that_any_terminal_can_print(tmp_path: Path) -> None:
    error = _error(tmp_path, file='"a\\nb" = 1', environment={"ETFBOT_\udcff": "1", "ETFBOT_SOURCE": "x\n\udcff"})
    assert len(str(error).splitlines()) == len(error.problems) == 3
    assert str(error).encode("utf-8")


def test_a_long_value_is_quoted_in_part(tmp_path: Path) -> None:
    assert len(str(_error(tmp_path, environment={"ETFBOT_SOURCE": "x" * 9999}))) < 200


def test_a_token_may_end_with_the_line_break_of_its_file(tmp_path: Path) -> None:
    token = load_settings({"ETFBOT_TELEGRAM__TOKEN": "123:abc\n"}, tmp_path).telegram.token
    assert token.get_secret_value() == "123:abc"


@pytest.mark.parametrize(
    "value",
    ["770001:AAfake-0123456789_secret-part-of-it", "postgresql://etfbot:hunter2@database/etfbot", "x http://a:b@c/"],
)
def test_a_secret_in_the_wrong_place_is_not_quoted(value: str) -> None:
    assert shown(value) == "what looks like a secret"
    assert shown("18:30 http://host:80/a@b").startswith("'18:30")
