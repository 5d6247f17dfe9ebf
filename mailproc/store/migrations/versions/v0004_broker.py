"""What lies around the exchange of messages: look-up, requests to review, hooks, figures, forgetting."""

revision = "0004"
down_revision = "0003"


def upgrade() -> None: ...
