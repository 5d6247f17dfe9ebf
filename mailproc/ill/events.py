"""Events of timers, beside the state tables."""

from enum import StrEnum


class Timer(StrEnum):
    """What falls due while nobody writes; these events change no state."""

    UNANSWERED = "UNANSWERED"  # they have not answered
    NEED_BEFORE = "NEED_BEFORE"  # the day until which it was wanted has passed
    DUE_SOON = "DUE_SOON"  # the reader is reminded
    READER_OVERDUE = "READER_OVERDUE"  # the reader has not brought it back
    UNFILLED_LETTER = "UNFILLED_LETTER"  # nobody else was asked, and the reader does not know
    READER_RECALLED = "READER_RECALLED"  # the lender wants it back, and the reader has not brought it
    RENEWAL_SILENT = "RENEWAL_SILENT"  # a renewal was asked or announced, and nothing came
    NOT_ARRIVED = "NOT_ARRIVED"  # it was reported sent, and has not come
    CANCEL_SILENT = "CANCEL_SILENT"  # we asked to stop it, and nothing came
    LOAN_OVERDUE = "LOAN_OVERDUE"  # we lent it and it is not back
    TO_ANSWER = "TO_ANSWER"  # they asked us, and we have not answered
    PROMISE_DUE = "PROMISE_DUE"  # the day for which we promised it has come
    REFUSAL_UNHEARD = "REFUSAL_UNHEARD"  # we declined their condition, and nothing came
    DUE_UNHEARD = "DUE_UNHEARD"  # the due date has passed, and the lender says nothing
    RETURN_UNHEARD = "RETURN_UNHEARD"  # we sent it back, and they do not say that it is home
    LOAN_RECALLED = "LOAN_RECALLED"  # we want it back, and it is not back
    ASK_AGAIN = "ASK_AGAIN"  # the day has come on which they want to be asked again
    SENT_BACK = "SENT_BACK"  # they said that they sent it back, and nobody here has seen it
    EXPIRY = "EXPIRY"  # their request ends, and staff have had their days


WRITTEN_TO_READER = "write-reader"
"""The event by which staff write to the reader in their own words."""
READER_WROTE = "READER_WROTE"
"""Event of a letter of a reader's: its address proves nothing, so it moves no state."""
WITH_READERS = (READER_WROTE, WRITTEN_TO_READER)
AUTOMATIC_REPLY = "AUTOMATIC_REPLY"
"""Event of an autoresponder's answer to a letter of ours: nobody has read that."""

PULL_PRINTED, BAND_PRINTED, LABEL_PRINTED = "print-pull", "print-band", "print-label"
SLIP_PRINTED = (PULL_PRINTED, BAND_PRINTED, LABEL_PRINTED)
"""Events by which staff record that a slip was printed."""
PUT_OFF, SHOWN_AGAIN = PUTTING_OFF = ("put-off", "show-again")
"""Events by which staff put a request off until a day, and take that back."""

TIMERS = frozenset(kind.value for kind in Timer)
