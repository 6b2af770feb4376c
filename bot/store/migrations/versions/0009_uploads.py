"""Pictures that a chat service has already, so that they are sent by its id of them."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("bot", sa.String, primary_key=True),
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(op.f("ix_uploads_kept_at"), "uploads", ["kept_at"])


def downgrade() -> None:
    op.drop_table("uploads")
