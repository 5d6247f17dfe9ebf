"""What the tests of the law share: which letter an act sends."""

import os

import pytest

LETTER_OF = {
    "request": "ILL_REQUEST", "condition-yes": "COND_REPLY.yes", "condition-no": "COND_REPLY.no",
    "cancel": "CANCEL", "receive": "RECEIVED", "return": "RETURNED", "renew": "RENEW", "lost": "LOST",
    "promise": "ANSWER.promise", "conditional": "ANSWER.conditional", "unfilled": "ANSWER.unfilled",
    "expire": "EXPIRED", "forward": "FORWARD_NOTIFICATION", "ship": "SHIPPED",
    "cancel-yes": "CANCEL_REPLY.yes", "cancel-no": "CANCEL_REPLY.no", "renew-yes": "RENEW_ANSWER.yes",
    "renew-no": "RENEW_ANSWER.no", "overdue": "OVERDUE", "recall": "RECALL", "check-in": "CHECKED_IN",
}  # fmt: skip


@pytest.fixture(scope="session")
def letter_of() -> dict[str, str]:
    return LETTER_OF


@pytest.fixture(scope="session")
def everything() -> bool:
    """Is this the long run?"""
    return os.environ.get("REQUIRE_ALL") == "1"
