"""What letters to people may be about: for each, what differs from the sample in which everything is there.

A preview shows each. Names that belong to another situation are absent, so that no example contradicts
itself: what was sent as a file has no day on which it is due.
"""

from typing import Any

from mailproc.notices.digest import digest
from mailproc.notices.shared_contexts import OurLibrary, Request
from mailproc.templating.contract import Situation, sample_of

ARRIVED = (
    Situation("a loan at the desk", {"sent_to": ""}),
    Situation("a loan that its library wants back already", {"sent_to": "", "wanted_back": True}),
    Situation("a loan whose time is over", {"sent_to": "", "time_up": True}),
    Situation(
        "a part of a copy",
        {"request": sample_of(Request, service="copy"), "due": "", "sent_to": "", "partial": True},
    ),
    Situation(
        "the rest of a copy",
        {"request": sample_of(Request, service="copy"), "due": "", "sent_to": "", "completed": True},
    ),
    Situation(
        "a part of a copy that we have sent by e-mail",
        {
            "request": sample_of(Request, service="copy"),
            "due": "",
            "sent_to": "",
            "partial": True,
            "has_copy": True,
        },
    ),
    Situation(
        "a copy sent as a file",
        {"request": sample_of(Request, service="copy"), "due": "", "note": ""},
    ),
    Situation(
        "a copy that we have as a file",
        {"request": sample_of(Request, service="copy"), "due": "", "note": "", "with_us": True},
    ),
)
DUE_SOON = (
    Situation("a loan that may be renewed", {"renewable": True}),
    Situation("a loan whose lender renews no more", {"renewable": False, "refused": True}),
    Situation("a loan for which no renewal can be asked", {"renewable": False}),
)
WRONG_ITEM = (
    Situation("at the desk", {}),
    Situation("a copy that we have sent by e-mail", {"had_copy": True}),
)
DOCUMENT = (
    Situation("a whole copy", {}),
    Situation("a part of a copy", {"partial": True}),
    Situation("the rest of a copy", {"rest": True}),
)
OVERDUE = (
    Situation("the first reminder", {"level": 1}),
    Situation("a further reminder", {"level": 2}),
    Situation("the lender's last demand", {"level": 2, "last": True}),
    Situation("a renewal was asked for", {"level": 1, "renewal_asked": True}),
)
RECALLED = (
    Situation("before its day", {"due": ""}),
    Situation("with a new day", {}),
    Situation("after its day", {"due": "", "late": True}),
    Situation("a reminder", {"due": "", "level": 2}),
)
RENEWAL_REFUSED = (
    Situation("before its day", {}),
    Situation("after its day", {"due": "", "late": True}),
    Situation("it is used in our library", {"in_library": True}),
)
DUE_CORRECTED = (
    Situation("before its day", {}),
    Situation("after its day", {"late": True}),
    Situation("it is used in our library", {"in_library": True}),
    Situation("that, after its day", {"in_library": True, "late": True}),
)
CANCELLED = (
    Situation("staff have ended it", {"needed_by": ""}),
    Situation("its day has passed", {"note": ""}),
)
ORDER = (
    Situation("a loan", {"electronic": "", "copyright": ""}),
    Situation("a copy by e-mail", {"request": sample_of(Request, service="copy"), "post": (), "bill": ()}),
    Situation("a copy by e-mail or post", {"request": sample_of(Request, service="copy")}),
)
_DUE = "due back on Mon 23 Nov 2026"


def _notice(kind: str, what: str, *said: str, please: str = "", note: str = "") -> Situation:
    """``what`` stands in the subject, and opens the letter as a sentence; that is the table ``openings``."""
    opening = f"{what}."
    changes = {"kind": kind, "what": what, "opening": opening, "said": said, "please": please, "note": note}
    return Situation(what, changes)


NOTICE = (
    _notice("ANSWER.promise", "we shall supply it", "expected on Mon 23 Nov 2026"),
    _notice(
        "ANSWER.conditional",
        "we can supply it on a condition",
        "our condition: there are charges",
        "please answer by Mon 23 Nov 2026",
        please="Please tell us whether you agree.",
    ),
    _notice("ANSWER.unfilled", "we cannot supply it", "the reason: we do not own it"),
    _notice("SHIPPED", "we have sent it", "as a loan", "by parcel", _DUE),
    _notice("RENEW", "we ask to keep it longer", please="Please tell us whether we may keep it."),
    _notice("OVERDUE", "it is overdue", _DUE, "this is reminder 2", please="Please send it back."),
    _notice("RECALL", "we ask you to send it back", please="Please send it back as soon as you can."),
    _notice(
        "RECEIVED.partial",
        "pages are missing",
        "on Mon 23 Nov 2026",
        please="Please send us what is missing.",
        note="Pages 7-9.",
    ),
    _notice("MESSAGE", "a message", note="Which edition do you want?"),
)
RETURNED = (
    Situation("an item of theirs", {}),
    Situation("what was not asked for", {"wrong": True, "wanted": True, "insured": ""}),
    Situation("what was not asked for, and another library was asked", {"wrong": True, "insured": ""}),
)
DIGEST = (
    Situation("a day with work", {}),
    Situation("nothing to do", vars(digest(sample_of(OurLibrary), "Mon 23 Nov 2026", (), 214))),
)

_NOTHING: dict[str, Any] = {
    "request": None, "count": None, "groups": (), "partner": None, "letter": "", "sender": "", "subject": "",
    "about": "", "note": "", "ours": (), "said": (), "words": (), "files": (), "ways": (), "more": None,
    "since": "", "waiting": None, "claimed": (), "untold": (),
}  # fmt: skip


def _with(*names: str, **changes: Any) -> dict[str, Any]:
    """Of all that may be absent only ``names``, as in the sample, and ``changes``."""
    return {name: value for name, value in _NOTHING.items() if name not in names} | changes


ATTENTION = (
    Situation(
        "a request",
        _with("request", "partner", "said", "ways", reasons=("they have a condition",)),
    ),
    Situation(
        "a letter of ours that came back",
        _with("request", "partner", "note", "ours", "untold", reasons=("our letter came back undelivered",)),
    ),
    Situation(
        "several requests of one letter",
        _with("count", "groups", "partner", "sender", "subject", letter="I12"),
    ),
    Situation(
        "a letter in words",
        _with(
            "partner", "sender", "subject", "words", "files", letter="I12", reasons=("they wrote in words",)
        ),
    ),
    Situation(
        "a reader wrote",
        _with("request", "words", "ways", letter="I12", reader_wrote=True, reasons=("the reader wrote",)),
    ),
    Situation(
        "a reader wrote, about no request that is known",
        _with("sender", "words", letter="I12", page="", reader_wrote=True, reasons=("the reader wrote",)),
    ),
    Situation(
        "a letter on the shelf",
        _with(
            "sender",
            "subject",
            "about",
            "more",
            "since",
            letter="I12",
            reasons=("a letter could not be placed",),
        ),
    ),
    Situation(
        "more letters of strangers",
        _with("more", "since", "claimed", reasons=("letters could not be placed",)),
    ),
    Situation(
        "letters that wait for DNS",
        _with("waiting", "note", note="no answer of 192.0.2.53", reasons=("letters wait for DNS",)),
    ),
)
