"""The tables of what administrators run the service with."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, String, Table, Text

from bot.store.tables import ID, METADATA, Moment

OVERRIDES = Table(
    "overrides",
    METADATA,
    Column("key", String, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
"""What administrators have set over the files: thresholds, limits, maintenance, publishers, slots."""

CHANGES = Table(
    "changes",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("undoes", ID, ForeignKey("changes.id")),
    Column("undone", Boolean, nullable=False),
    Index(None, "kind", "id"),
)
"""Every state that lists and overrides were in; what is null was not there."""

CHANGE_DRAFTS = Table(
    "change_drafts",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("who", Text, nullable=False),
    Column("kind", String, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)
"""Changes that were shown and not confirmed yet."""

BROADCASTS = Table(
    "broadcasts",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("channel", String, nullable=False),
    Column("watchlist", String, nullable=False),
    Column("state", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("settled_at", Moment),
)
"""Words to all readers, or to those of a channel or of a list (empty = any)."""
