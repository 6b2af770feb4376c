"""Where settings come from, and which of several words counts."""

from datetime import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.problems import ConfigError
from config.settings import Settings, load_settings


def _written(directory: Path, text: str, name: str = "etfbot.toml") -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def _refused(environment: dict[str, str], directory: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(environment, directory)
    return [str(problem) for problem in caught.value.problems]


def test_without_a_word_the_packaged_defaults_hold(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)
    assert settings.database == "sqlite:///etfbot.db"
    assert settings.timetable.evening == (time(20), time(21), time(22), time(23))
    assert settings.plugins is None
    assert settings.detectors["inflow_streak"]["min_days"] == 3


def test_the_file_goes_before_the_defaults_and_leaves_the_rest_of_its_tables(tmp_path: Path) -> None:
    _written(tmp_path, "[web]\nport = 9000\n[detectors.inflow_streak]\nmin_days = 4\n")
    settings = load_settings({}, tmp_path)
    assert (settings.web.port, settings.web.host) == (9000, "127.0.0.1")
    assert settings.detectors["inflow_streak"]["min_days"] == 4
    assert settings.detectors["inflow_streak"]["step_days"] == 5


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    _written(tmp_path, "[web]\nport = 9000\nenabled = false\n")
    settings = load_settings({"ETFBOT_WEB__PORT": "9100"}, tmp_path)
    assert (settings.web.port, settings.web.enabled) == (9100, False)


def test_the_command_line_goes_before_the_environment(tmp_path: Path) -> None:
    settings = load_settings({"ETFBOT_WEB__PORT": "9100"}, tmp_path, {"web.port": 9200, "source": "demo"})
    assert (settings.web.port, settings.source) == (9200, "demo")


def test_an_option_that_was_not_given_changes_nothing(tmp_path: Path) -> None:
    given = {"web.port": None, "akshare": {"memory_mib": None, "deadline_seconds": "60"}}
    settings = load_settings({"ETFBOT_WEB__PORT": "9100"}, tmp_path, given)
    assert settings.web.port == 9100
    assert (settings.akshare.memory_mib, settings.akshare.deadline_seconds) == (1024, 60)


def test_another_file_is_read_when_the_environment_names_it(tmp_path: Path) -> None:
    _written(tmp_path, "language = 'en'\n", "mine.toml")
    _written(tmp_path, "language = 'nobody reads this'\n")
    assert load_settings({"ETFBOT_CONFIG": "mine.toml"}, tmp_path).language == "en"


def test_a_named_file_that_is_missing_is_a_problem_of_the_variable(tmp_path: Path) -> None:
    assert _refused({"ETFBOT_CONFIG": "mine.toml"}, tmp_path) == [
        "ETFBOT_CONFIG: it names a file that does not exist: 'mine.toml'"
    ]


def test_a_file_with_a_byte_order_mark_and_windows_lines_is_read(tmp_path: Path) -> None:
    (tmp_path / "etfbot.toml").write_bytes(b"\xef\xbb\xbflanguage = 'en'\r\n[web]\r\nport = 1\r\n")
    assert load_settings({}, tmp_path).web.port == 1


@pytest.mark.parametrize("text", ["20:30,22:30", ' ["20:30", "22:30"]', " 20:30 , 22:30 ,"])
def test_the_environment_writes_lists_with_commas_or_as_json(text: str, tmp_path: Path) -> None:
    assert load_settings({"ETFBOT_TIMETABLE__EVENING": text}, tmp_path).timetable.evening == (
        time(20, 30),
        time(22, 30),
    )


def test_an_empty_list_can_be_said_in_the_environment(tmp_path: Path) -> None:
    assert load_settings({"ETFBOT_SUBSCRIBERS__DEFAULT_WATCHLISTS": ""}, tmp_path).subscribers.default_watchlists == ()


@pytest.mark.parametrize(("text", "meant"), [("false", False), ("no", False), ("1", True), ("on", True)])
def test_the_environment_writes_a_choice_of_two_in_words(text: str, meant: bool, tmp_path: Path) -> None:
    assert load_settings({"ETFBOT_WEB__ENABLED": text}, tmp_path).web.enabled is meant


def test_a_detector_parameter_from_the_environment_stays_text(tmp_path: Path) -> None:
    environment = {"ETFBOT_DETECTORS__INFLOW_STREAK__MIN_DAYS": "4", "ETFBOT_DETECTORS__MY_OWN__LEAST": "1,2"}
    settings = load_settings(environment, tmp_path)
    assert settings.detectors["inflow_streak"]["min_days"] == "4"
    assert settings.detectors["my_own"] == {"least": "1,2"}


def test_a_detector_parameter_from_the_file_keeps_its_kind(tmp_path: Path) -> None:
    _written(tmp_path, "[detectors.my_own]\nleast = [1, {a = 2}]\nmore = {b = 3}\n[detectors.empty]\n")
    detectors = load_settings({}, tmp_path).detectors
    assert detectors["my_own"] == {"least": [1, {"a": 2}], "more": {"b": 3}}
    assert detectors["empty"] == {}


def test_folders_are_relative_to_the_directory_and_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert load_settings({"ETFBOT_PLUGINS": "mine"}, tmp_path).plugins == tmp_path / "mine"
    assert _refused({"ETFBOT_PLUGINS": "yours"}, tmp_path) == [
        f"ETFBOT_PLUGINS: plugins names a folder that does not exist: {str(tmp_path / 'yours')!r}"
    ]


def test_an_archive_needs_its_folder(tmp_path: Path) -> None:
    environment = {"ETFBOT_SOURCE": "archive"}
    assert _refused(environment, tmp_path) == [
        "ETFBOT_SOURCE: source is archive, so archive.folder must name the folder"
    ]
    assert load_settings(environment | {"ETFBOT_ARCHIVE__FOLDER": "."}, tmp_path).archive.folder == tmp_path


def test_variables_of_others_are_not_ours(tmp_path: Path) -> None:
    environment = {"PATH": "/bin", "XETFBOT_WEB": "1", "ETFBOT_MARKET_DATA": "/data"}
    assert load_settings(environment, tmp_path) == load_settings({}, tmp_path)


def test_where_names_whoever_set_a_key_last(tmp_path: Path) -> None:
    _written(tmp_path, "[web]\nport = 9000\n[detectors.mine]\n[detectors.inflow_streak]\nmin_days = 4\n")
    environment = {"ETFBOT_WEB__HOST": "::1", "ETFBOT_DETECTORS__INFLOW_STREAK__TELL": "off"}
    settings = load_settings(environment, tmp_path, {"web.enabled": False})
    assert settings.where("web.port") == "etfbot.toml"
    assert settings.where("web.host") == "ETFBOT_WEB__HOST"
    assert settings.where("web.enabled") == "command line"
    assert settings.where("web.password") == "defaults.toml"
    assert settings.where("detectors.mine") == "etfbot.toml"
    assert settings.where("detectors.mine.least") == "etfbot.toml"
    assert settings.where("detectors.inflow_streak") == "ETFBOT_DETECTORS__INFLOW_STREAK__TELL"
    assert settings.where("detectors.inflow_streak.min_days") == "etfbot.toml"
    assert settings.where("nobody.knows") == "defaults.toml"


def test_loading_depends_on_its_arguments_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETFBOT_WEB__PORT", "1")
    monkeypatch.setenv("ETFBOT_NONSENSE", "1")
    assert load_settings({}, tmp_path).web.port == 8787


def test_settings_do_not_change(tmp_path: Path) -> None:
    settings: Settings = load_settings({}, tmp_path)
    with pytest.raises(ValidationError):
        settings.web.port = 1
