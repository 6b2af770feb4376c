"""The ledger of fetches: every question to a publisher and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "fetches",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("datum", "source", "host")),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("ix_fetches_at", "fetches", ["at"])
    op.create_index("ix_fetches_datum_outcome", "fetches", ["datum", "outcome"])


def downgrade() -> None:
    op.drop_table("fetches")
