"""Which database a setting names, and how that is said without its password."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.store.errors import StoreError

_DRIVERS = {"sqlite": "aiosqlite", "postgresql": "asyncpg", "postgres": "asyncpg"}
_BACKENDS = {"postgres": "postgresql"}
_OPTIONS = frozenset({"host", "ssl", "sslmode"})
"""Of PostgreSQL; `host` may be the folder of a socket."""

_PORT_MAX = 65535
_MEMORY = ":memory:"


def database_url(text: str) -> URL:
    """The URL with its asynchronous driver: ``sqlite:///x.db`` and ``postgresql://…`` are enough.

    Raises StoreError, naming the word at fault but never anything that could be of a password.
    """
    url = _parsed(text)
    backend, _, driver = url.drivername.partition("+")
    if backend not in _DRIVERS:
        raise StoreError(f"database URL: {backend!r} is no database of this program; use sqlite or postgresql")
    if driver not in ("", _DRIVERS[backend]):
        raise StoreError(f"database URL: the driver {driver!r} is not used here; leave it out")
    url = url.set(drivername=f"{_BACKENDS.get(backend, backend)}+{_DRIVERS[backend]}")
    return _sqlite(url) if backend == "sqlite" else _postgresql(url)


def is_sqlite(url: URL) -> bool:
    """Whether the database is a file (or memory) of this machine."""
    return url.get_backend_name() == "sqlite"


def is_memory(url: URL) -> bool:
    """Whether the database ends with the process."""
    return is_sqlite(url) and url.database == _MEMORY


def shown(url: URL) -> str:
    """The URL as an operator may read it: no user, password or options."""
    if is_sqlite(url):
        return f"sqlite:///{url.database}"
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"


def _parsed(text: str) -> URL:
    # What the parser says of a broken URL may quote a piece of the password, so it is not passed on.
    try:
        return make_url(text)
    except ArgumentError:
        raise StoreError(
            "database URL: write it as sqlite:///path/to/file.db or postgresql://user:password@host/database"
        ) from None
    except ValueError:
        raise StoreError(
            "database URL: the port is no number (a '@', ':' or '/' of the password is written %40, %3A or %2F)"
        ) from None


def _sqlite(url: URL) -> URL:
    if url.host:
        raise StoreError("database URL: a file needs three slashes, sqlite:///path/to/file.db")
    _allow(url, frozenset())
    return url.set(database=url.database or _MEMORY)


def _postgresql(url: URL) -> URL:
    if "@" in (url.host or ""):
        raise StoreError("database URL: a '@' of the password is written %40")
    if (url.port or 0) > _PORT_MAX:
        raise StoreError(f"database URL: there is no port {url.port}")
    _allow(url, _OPTIONS)
    if "sslmode" in url.query:  # libpq's name; the driver knows the same values as `ssl`
        url = url.difference_update_query(["sslmode"]).update_query_dict({"ssl": url.query["sslmode"]})
    return url


def _allow(url: URL, options: frozenset[str]) -> None:
    unknown = sorted(set(url.query) - options)
    if unknown:
        raise StoreError(f"database URL: the option {unknown[0]!r} is not known here")
    twice = sorted(name for name, value in url.query.items() if not isinstance(value, str))
    if twice:
        raise StoreError(f"database URL: the option {twice[0]!r} stands there twice")
