import pytest

from bot.store.errors import StoreError
from bot.store.url import database_url, is_memory, shown


@pytest.mark.parametrize(
    ("text", "driver", "database"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite", "x.db"),
        ("sqlite:////var/lib/x.db", "sqlite+aiosqlite", "/var/lib/x.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite", "x.db"),
        ("postgresql://u:p@h:5433/etf", "postgresql+asyncpg", "etf"),
        ("postgresql+asyncpg://u:p@h/etf", "postgresql+asyncpg", "etf"),
        ("postgres://u:p@h/etf", "postgresql+asyncpg", "etf"),
    ],
)
def test_a_url_gets_its_driver(text: str, driver: str, database: str) -> None:
    url = database_url(text)
    assert (url.drivername, url.database) == (driver, database)


@pytest.mark.parametrize("text", ["sqlite://", "sqlite:///:memory:"])
def test_a_url_without_a_file_is_memory(text: str) -> None:
    assert is_memory(database_url(text))


def test_a_file_is_not_memory() -> None:
    assert not is_memory(database_url("sqlite:///x.db"))


def test_the_ssl_mode_is_handed_to_the_driver_under_its_own_name() -> None:
    url = database_url("postgresql://u:p@h/etf?sslmode=require")
    assert dict(url.query) == {"ssl": "require"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("mysql://u:s3cret@h/d", "mysql"),
        ("postgresql+psycopg://u:s3cret@h/d", "psycopg"),
        ("sqlite+pysqlcipher://:s3cret@/x.db", "pysqlcipher"),
        ("postgresql://u:s3cret@h/d?passwort=s3cret", "passwort"),
        ("postgresql://u:s3cret@h:99999/d", "99999"),
        ("postgresql://u:s3cret@/d?host=/a&host=/b", "host"),
        ("sqlite:///x.db?mode=ro", "mode"),
        ("sqlite://x.db", "three slashes"),
        ("s3cret", "sqlite:///path"),
        ("", "sqlite:///path"),
        ("postgresql://u:s3cret@h:port/d", "port"),
        ("postgresql://u:s@3cret:x@h/d", "port"),
        ("postgresql://u:x@s3cret@h/d", "%40"),
    ],
)
def test_a_wrong_url_is_refused_by_the_word_at_fault_and_without_its_password(text: str, word: str) -> None:
    with pytest.raises(StoreError) as refused:
        database_url(text)
    said = f"{refused.value} {refused.value.__cause__ or ''}"
    assert word in said
    assert "3cret" not in said


def test_a_url_is_shown_without_user_password_and_options() -> None:
    assert shown(database_url("postgresql://me:s3cret@h:5433/etf?sslmode=require")) == "postgresql://h:5433/etf"
    assert shown(database_url("sqlite:///x.db")) == "sqlite:///x.db"
