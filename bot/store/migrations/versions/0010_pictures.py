"""Pictures of messages, each content once."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("png", sa.LargeBinary, nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(op.f("ix_pictures_last_used_at"), "pictures", ["last_used_at"])


def downgrade() -> None:
    op.drop_table("pictures")
