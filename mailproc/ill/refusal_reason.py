"""Why a request is not supplied, as one word for lists, letters and the rota."""

VAGUE = ("other", "responder-specific")
"""Reasons of ISO 10161-1 that say nothing by themselves."""


def refusal_reason(reason: str | None, reply_code: str | None) -> str:
    """Return the standard's reason, or the lender's own code where that reason says nothing; '' if neither.

    A code that has a meaning is worded like a reason (``Language.reason_word``).
    """
    if reason in VAGUE and reply_code:
        return " ".join(reply_code.upper().split())
    return reason or ""
