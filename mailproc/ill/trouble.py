"""What may become of a letter of ours that nobody wants, and the attention that it raises."""

TROUBLE = {
    "BOUNCED": "bounced",
    "SEND_FAILED": "delivery-failed",
    "IN_DOUBT": "in-doubt",
    "HELD": "held-template",
    "VALUE_HELD": "held-value",
    "PARTNER_GONE": "partner-gone",
}
"""What became of a letter of ours, and the attention it raises."""

OF_A_LETTER = frozenset({*TROUBLE.values(), "file-rejected"})
"""Reasons that last until the letter is delivered or withdrawn, whatever else staff do."""
