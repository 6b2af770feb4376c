"""What is known of the market, where it came from, and what was done when."""

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from bot.store.tables.base import ID, METADATA, Moment

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("dataset", String, nullable=False),
    Column("source", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Index(None, "dataset", "day", "scope", "known_at"),
    Index(None, "source", "day"),
)
"""Accepted tables. The same content may come twice, with another in between: a revision taken back."""

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("dataset", String, nullable=False),
    Column("source", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("known_at", Moment, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("gate", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("accepted_at", Moment),
    UniqueConstraint("dataset", "source", "scope", "day", "digest"),
)
"""Refused tables, apart from the accepted ones so that no query can mistake them; one that an operator has let in
stands among both, and `accepted_at` says since when."""

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("known_at", Moment, nullable=False),
)
"""Trading sessions after those that came with the program, as an exchange has published them."""

RUNS = Table(
    "runs",
    METADATA,
    Column("job", String, primary_key=True),
    Column("slot", Moment, primary_key=True),
    Column("finished_at", Moment, nullable=False),
    Column("report", Text, nullable=False),
    Index(None, "finished_at"),
)

FETCHES = Table(
    "fetches",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("datum", String, nullable=False),
    Column("source", String, nullable=False),
    Column("host", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("outcome", String, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Index(None, "at"),
    Index(None, "datum", "outcome"),
)
"""Every reading of a publisher; `day` is the session that was asked for."""
