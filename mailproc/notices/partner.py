"""Letters to a partner's people: what each may name, and what it is for.

They are everything that goes to a partner with ``codec = "letter"``, and what another's protocol has no
message for. A new one is an entry of ``TO_PARTNERS``.
"""

# ruff: noqa: RUF009  # field_help makes a dataclasses.field, which ruff cannot see

from dataclasses import dataclass

from mailproc.notices import situations
from mailproc.notices.shared_contexts import EnclosedDocument, OurLibrary, PartnerLibrary, Request
from mailproc.templating.contract import Contract, field_help, sample_of


@dataclass(frozen=True, kw_only=True)
class ToPartner:
    """What every letter to a partner's people names."""

    library: OurLibrary = field_help("This library.", sample=sample_of(OurLibrary))
    partner: PartnerLibrary = field_help("The library that is written to.", sample=sample_of(PartnerLibrary))
    address: tuple[str, ...] = field_help(
        "Its address, line by line ([partner.letter] postal).",
        sample=("Other Town Library", "1 High Street"),
        optional=True,
    )
    signer: tuple[str, ...] = field_help(
        "Who signs, line by line ([partner.letter] signer).",
        sample=("A. Sample", "Interlibrary loans"),
        optional=True,
    )
    request: Request = field_help("What it is about.", sample=sample_of(Request))
    note: str = field_help("A remark of the staff.", sample="With its map, please.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PartnerOrder(ToPartner):
    cited: tuple[str, ...] = field_help(
        "All that is known of what is wanted: article, journal, volume, year, pages, numbers and more.",
        sample=("Title: Journal of Letters", "Volume: 12", "Pages: 3-9"),
    )
    wishes: tuple[str, ...] = field_help(
        "How it is wanted: by when, at what price, what else.",
        sample=("needed by Mon 23 Nov 2026", "at most 20 EUR"),
        optional=True,
    )
    reader: str = field_help(
        "Whom it is for (name, card number, status), if this library is told.",
        sample="R1 (student)",
        optional=True,
    )
    post: tuple[str, ...] = field_help(
        "The postal address to which it is to be sent, line by line.",
        sample=("Example Town Library", "2 Any Road"),
        optional=True,
    )
    electronic: str = field_help(
        "The e-mail address to which it may be sent.", sample="desk@library.example", optional=True
    )
    bill: tuple[str, ...] = field_help(
        "Who pays, line by line, if it is named.",
        sample=("The Bursar", "3 Any Road"),
        optional=True,
    )
    copyright: str = field_help(
        "What is declared about copyright.", sample="the declaration is signed and kept by us", optional=True
    )


@dataclass(frozen=True, kw_only=True)
class PartnerNotice(ToPartner):
    their_number: str = field_help(
        "Their number of it; none where we borrow, for they know it by ours.", sample="7654321", optional=True
    )
    kind: str = field_help(
        "The message in the terms of ISO 10161, such as SHIPPED, RENEW or ANSWER.unfilled.",
        sample="ANSWER.conditional",
    )
    what: str = field_help("What we have to say.", sample="it is lost")
    opening: str = field_help(
        "The same as a sentence.", sample="we are sorry to tell you that this loan is lost."
    )
    said: tuple[str, ...] = field_help(
        "What else our message says: days, prices, conditions, the damage.",
        sample=("the damage: it is wet",),
        optional=True,
    )
    please: str = field_help(
        "What they are asked to do.", sample="Please tell us whether you agree.", optional=True
    )
    back_to: tuple[str, ...] = field_help(
        "Where a loan of ours goes back to, line by line ([library.postal]), where the letter is about that.",
        sample=("Example Town Library", "2 Any Road"),
        optional=True,
    )


@dataclass(frozen=True, kw_only=True)
class PartnerReturned(ToPartner):
    their_number: str = field_help(
        "Their number of it; none where we borrow, for they know it by ours.", sample="7654321", optional=True
    )
    returned: str = field_help("When it left.", sample="Mon 23 Nov 2026")
    via: str = field_help("How it travels.", sample="parcel", optional=True)
    wrong: bool = field_help("Whether it is not what we asked for.", sample=False, optional=True)
    wanted: bool = field_help(
        "Do we still want from them what we asked for? Not where another library was asked.",
        sample=False,
        optional=True,
    )
    insured: str = field_help("What it is insured for.", sample="50 EUR", optional=True)


@dataclass(frozen=True, kw_only=True)
class PartnerDocument(ToPartner):
    their_number: str = field_help(
        "Their number of it; none where we borrow, for they know it by ours.", sample="7654321", optional=True
    )
    documents: tuple[EnclosedDocument, ...] = field_help(
        "The files that come with the letter.", sample=(sample_of(EnclosedDocument),)
    )


NEEDED = ("cited", "wishes", "reader", "post", "electronic", "bill", "copyright", "note")
"""What an order must say, whatever the site has made of its text."""

TO_PARTNERS = (
    Contract(
        "en/partner/order.txt",
        PartnerOrder,
        "Asks another library's people for an item.",
        situations=situations.ORDER,
        must_say=NEEDED,
    ),
    Contract(
        "en/partner/notice.txt",
        PartnerNotice,
        "Tells another library's people all else: answers, reports, questions, reminders.",
        situations=situations.NOTICE,
    ),
    Contract(
        "en/partner/returned.txt",
        PartnerReturned,
        "Tells another library's people that its item is on the way back.",
        situations=situations.RETURNED,
    ),
    Contract(
        "en/partner/document.txt",
        PartnerDocument,
        "Brings another library a copy as a file, where their system's message cannot carry it.",
    ),
)
"""Every letter to a partner's people; ``flow/prepare/partner_letter.py`` fills each name."""
