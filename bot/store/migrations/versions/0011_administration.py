"""What administrators run the service with: hidden lists, overrides, versions of both, broadcasts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("watchlists") as table:
        for flag in ("hidden", "removed"):
            table.add_column(sa.Column(flag, sa.Boolean, nullable=False, server_default=sa.false()))
    with op.batch_alter_table("watchlists") as table:
        for flag in ("hidden", "removed"):
            table.alter_column(flag, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    op.create_table(
        "overrides",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "changes",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("undoes", _ID, sa.ForeignKey("changes.id")),
        sa.Column("undone", sa.Boolean, nullable=False),
    )
    op.create_index(op.f("ix_changes_kind_id"), "changes", ["kind", "id"])
    op.create_table(
        "change_drafts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("watchlist", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT),
    )


def downgrade() -> None:
    for name in ("broadcasts", "change_drafts", "changes", "overrides"):
        op.drop_table(name)
    with op.batch_alter_table("watchlists") as table:
        for flag in ("hidden", "removed"):
            table.drop_column(flag)
