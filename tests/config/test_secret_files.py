"""Secrets in files of their own, as containers are handed them."""

from pathlib import Path

import pytest

from config.problems import ConfigError
from config.secret_files import BYTES_MAX
from config.settings import load_settings

PASSWORD = "correct horse battery 钥匙"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_file_holds_the_value(tmp_path: Path, end: str) -> None:
    (tmp_path / "password").write_text(PASSWORD + end, encoding="utf-8", newline="")
    found = load_settings({"ETFBOT_WEB__PASSWORD_FILE": "password", "ETFBOT_WEB__PORT": "9000"}, tmp_path)
    assert (found.web.password.get_secret_value(), found.web.port) == (PASSWORD, 9000)


def test_the_database_may_be_told_so_too(tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql://etfbot:secret@database/etfbot\n", encoding="utf-8")
    found = load_settings({"ETFBOT_DATABASE_FILE": str(tmp_path / "database")}, tmp_path)
    assert found.database == "postgresql://etfbot:secret@database/etfbot"


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (None, "nowhere", "the file does not exist"),
        (None, ".", "the file cannot be read"),
        (b"\xff\xfe", "password", "the file is not UTF-8 text"),
        (b"a" * (BYTES_MAX + 1), "password", "the file is too large"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, content: bytes | None, name: str, reason: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=f"ETFBOT_WEB__PASSWORD_FILE: {reason}"):
        load_settings({"ETFBOT_WEB__PASSWORD_FILE": name}, tmp_path)


def test_a_value_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    with pytest.raises(ConfigError, match="set one of them") as caught:
        load_settings({"ETFBOT_WEB__PASSWORD_FILE": "password", "ETFBOT_WEB__PASSWORD": PASSWORD}, tmp_path)
    assert PASSWORD not in str(caught.value)


def test_a_wrong_value_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("no token at all", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings({"ETFBOT_TELEGRAM__TOKEN_FILE": "token"}, tmp_path)
    assert "no token" not in str(caught.value)
