"""The tables, as the newest migration leaves them."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """A point in time: refuses one without a zone, comes back aware in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC, because SQLite drops the zone; raises ValueError where there is none."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value}")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware on every database."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers only a plain INTEGER by itself."""

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("id", _ID, primary_key=True),
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
    Column("id", _ID, primary_key=True),
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

ALERTS = Table(
    "alerts",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("identity", String, nullable=False),
    Column("batch", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("axis", String, nullable=False),
    Column("code", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("since", Date, nullable=False),
    Column("reached", Date, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("strength", Float, nullable=False),
    Column("basis", String),
    Column("evidence", JSON, nullable=False),
    Column("reason", String, nullable=False),
    Column("follows", _ID, ForeignKey("alerts.id")),
    Column("asof", Moment, nullable=False),
    UniqueConstraint("identity"),
    Index(None, "kind", "axis", "code", "day"),
    Index(None, "axis", "code"),
    Index(None, "asof"),
)

SUBSCRIPTIONS = Table(
    "subscriptions",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("channel", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("paused_reason", Text, nullable=False),
    Column("language", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("topics", JSON, nullable=False),
    Column("watched", JSON, nullable=False),
    Column("watchlists", JSON, nullable=False),
    Column("evening_digest", Time),
    Column("morning_digest", Boolean, nullable=False),
    Column("least_strength", Float, nullable=False),
    Column("title", Text, nullable=False),
    Column("weekly_digest", Boolean, nullable=False),
    Column("sections", JSON, nullable=False),
    Column("length", String, nullable=False),
    Column("layout", String, nullable=False),
    Column("colours", String, nullable=False),
    Column("dark_pictures", Boolean, nullable=False),
    Column("silent_digest", Boolean, nullable=False),
    Column("pin_digest", Boolean, nullable=False),
    Column("quiet_from", Time),
    Column("quiet_until", Time),
    Column("urgent_passes", Boolean, nullable=False),
    Column("daily_cap", Integer, nullable=False),
    Column("mutes", JSON, nullable=False),
    Column("members_set_up", Boolean, nullable=False),
    Column("held_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat", "thread"),
)
"""`held_until`: before that moment the channel would refuse whatever is sent there."""

WATCHLISTS = Table(
    "watchlists",
    METADATA,
    Column("name", String, primary_key=True),
    Column("title_zh", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("codes", JSON, nullable=False),
    Column("position", Integer, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("removed", Boolean, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
"""A removed list keeps its row: the files that seed lists must not bring it back."""

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("batch", String, nullable=False),
    Column("subscription_id", _ID, ForeignKey("subscriptions.id"), nullable=False),
    Column("message", JSON, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("parts_sent", Integer, nullable=False),
    Column("remote_ids", Text, nullable=False),
    Column("plain", Boolean, nullable=False),
    Column("lease_until", Moment),
    Column("ended_at", Moment),
    Column("error", Text, nullable=False),
    Column("gate", String),
    Column("letter", JSON(none_as_null=True)),
    UniqueConstraint("batch", "subscription_id"),
    Index(None, "state", "priority", "id"),
    Index(None, "subscription_id"),
)
"""`remote_ids`: the channel's id of each part sent, one a line; `ended_at`: when it was sent or given up; `gate`: where
an alert stands before quiet hours and a daily limit (null = it is no alert), and `letter` what it can be merged from."""

DELIVERY_ALERTS = Table(
    "delivery_alerts",
    METADATA,
    Column("alert_id", _ID, ForeignKey("alerts.id"), primary_key=True),
    Column("delivery_id", _ID, ForeignKey("deliveries.id"), primary_key=True),
    Index(None, "delivery_id"),
)

RULES = Table(
    "rules",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("subscription_id", _ID, ForeignKey("subscriptions.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("mode", String, nullable=False),
    Column("cooldown_sessions", Integer, nullable=False),
    Column("daily_cap", Integer, nullable=False),
    Column("expires_on", Date),
    Column("state", String, nullable=False),
    Column("token", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("subscription_id", "number"),
    Index(None, "state"),
)
"""Subscribers' own rules. A deleted one keeps its number, so that an old button never meets another rule."""

RULE_HITS = Table(
    "rule_hits",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("rule_id", _ID, ForeignKey("rules.id"), nullable=False),
    Column("code", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("named", Boolean, nullable=False),
    Column("withdrawn_at", Moment),
    UniqueConstraint("rule_id", "code", "day"),
    Index(None, "day"),
)
"""What rules were told of, so that nothing is told twice; `withdrawn_at`: when it was said that it does not hold."""

RULE_DRAFTS = Table(
    "rule_drafts",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("channel", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("number", Integer),
    Column("text", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("mode", String, nullable=False),
    Column("cooldown_sessions", Integer, nullable=False),
    Column("daily_cap", Integer, nullable=False),
    Column("expires_on", Date),
    Column("share", Float, nullable=False),
    Column("day", Date),
    Column("codes", JSON, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "channel", "chat", "thread", "id"),
)
"""Rules that were tried out; whoever tries one out need not be a subscriber yet."""

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
    Column("id", _ID, primary_key=True),
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

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
)

CHAT = Table(
    "chat",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("chat", String, nullable=False),
    Column("author", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "chat", "id"),
)

BANS = Table(
    "bans",
    METADATA,
    Column("who", String, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
"""`who`: a person or a chat as ``channel:id``."""

BEGINNINGS = Table(
    "beginnings",
    METADATA,
    Column("subscription_id", _ID, ForeignKey("subscriptions.id"), primary_key=True),
    Column("channel", String, nullable=False),
    Column("person", String, nullable=False),
    Index(None, "channel", "person"),
)
"""Who subscribed a chat that several people read."""

MANAGING = Table(
    "managing",
    METADATA,
    Column("channel", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("subscription_id", _ID, ForeignKey("subscriptions.id"), nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "subscription_id"),
)
"""The chat that what a person says in private is about for a while."""

IMPORTS = Table(
    "imports",
    METADATA,
    Column("id", _ID, primary_key=True),
    Column("channel", String, nullable=False),
    Column("chat", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("body", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("channel", "chat", "thread"),
)
"""The set-up that a chat was shown and has not said yes to; the newest only."""

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("bot", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("file_id", Text, nullable=False),
    Column("kept_at", Moment, nullable=False),
    Index(None, "kept_at"),
)
"""Pictures by the hash of their bytes, and a chat service's id of each."""

PICTURES = Table(
    "pictures",
    METADATA,
    Column("name", String, primary_key=True),
    Column("png", LargeBinary, nullable=False),
    Column("last_used_at", Moment, nullable=False),
    Index(None, "last_used_at"),
)
"""Named by their SHA-256; messages in `deliveries` and `chat` hold the names."""
