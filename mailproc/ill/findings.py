"""What the state tables find about an event beside the new state: codes, and their English text."""

from enum import StrEnum


class Noted(StrEnum):
    """The value begins the note in the history; a language has a text for each name."""

    SAID_ONCE_MORE = "said once more"
    WITHDRAWN = "withdrawn before the letter left"
    CAME_BACK = "nobody has the order: it came back undelivered"
    NO_LONGER_SO = "no longer so: nothing to do"
    ASKED_HOW_IT_STANDS = "asked how it stands"
    FORMER_LIBRARY = "from who had it before"
    ANOTHER_ITEM = "another item"
    DELIVERED_AGAIN = "delivered again"
    SAID_BEFORE = "said before"
    WHICH_CONDITION = "to which condition?"
    AGREED_BEFORE = "agreed before"
    ORDER_WITHDRAWN = "the order had not left: it is withdrawn"
    NOBODY_IS_TOLD = "nobody is told: the order had never left"
    DONE_BEFORE = "done before"
    HAD_ITS_STEP = "had its step before"
    WRONG_ITEM = "the wrong item"
    ONLY_A_PART = "only a part of it"
    READER_NOT_TOLD = "the reader is not told"
    OLDER_THAN_OURS = "older than the due date we hold"
