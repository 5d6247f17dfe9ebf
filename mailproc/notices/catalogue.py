"""The letters that mailproc writes to people, and the names that their texts may use.

Dates come as text that is ready to print, reasons and services in words for people, both in the
letter's language (``words``).
"""

# ruff: noqa: RUF009  # field_help makes a dataclasses.field, which ruff cannot see

from dataclasses import dataclass

from mailproc.notices import situations
from mailproc.notices.digest import StaffDigest
from mailproc.notices.partner import TO_PARTNERS, PartnerNotice, PartnerOrder, PartnerReturned, ToPartner
from mailproc.notices.patron import TO_READERS, ToReader
from mailproc.notices.shared_contexts import OurLibrary, PartnerLibrary, Patron, Refusal, Request
from mailproc.templating.contract import Contract, field_help, sample_of

__all__ = [
    "NOTICES",
    "AttentionGroup",
    "CitedRequest",
    "NoticeContext",
    "OurLetter",
    "OurLibrary",
    "PartnerLibrary",
    "PartnerNotice",
    "PartnerOrder",
    "PartnerReturned",
    "Patron",
    "Refusal",
    "Request",
    "StaffAttention",
    "StaffDigest",
    "ToldRequest",
    "Way",
]


@dataclass(frozen=True, kw_only=True)
class ToldRequest(Request):
    said: str = field_help(
        "What the letter says of it, in words.", sample="their reason: it is on loan", optional=True
    )


@dataclass(frozen=True, kw_only=True)
class CitedRequest(Request):
    cited: tuple[str, ...] = field_help(
        "All else that is known of what is wanted: journal, volume, year, pages and more.",
        sample=("Title: Journal of Letters", "Volume: 12"),
        optional=True,
    )


@dataclass(frozen=True, kw_only=True)
class AttentionGroup:
    reason: str = field_help("Why a human is needed.", sample="nobody left to ask")
    count: int = field_help("How many requests.", sample=2)
    requests: tuple[ToldRequest, ...] = field_help(
        "All of them; none where it is the letter itself.", sample=(sample_of(ToldRequest),)
    )


@dataclass(frozen=True, kw_only=True)
class Way:
    command: str = field_help("A command.", sample="mailproc act B12 answer-condition --answer yes")
    does: str = field_help("What it does.", sample="agree")


@dataclass(frozen=True, kw_only=True)
class OurLetter:
    number: str = field_help("The letter, O….", sample="O74")
    to: str = field_help('The library, "the reader" or "our staff".', sample="the reader")
    address: str = field_help("Where it went.", sample="reader@readers.example")
    subject: str = field_help("Its subject.", sample="Your interlibrary loan is here")
    to_reader: bool = field_help("Does it go to a reader, who has not heard it?", sample=True)


@dataclass(frozen=True, kw_only=True)
class WaitingLetters:
    count: int = field_help("How many letters wait until DNS gives an answer about their senders.", sample=2)
    names: tuple[str, ...] = field_help(
        "Whose they are said to be, at most 20.", sample=("Other Town Library",), optional=True
    )
    since: str = field_help("Since when the oldest waits.", sample="Wed 4 Mar, 09:00")


@dataclass(frozen=True, kw_only=True)
class Claimed:
    name: str = field_help("A library, though its sender was not proven.", sample="Other Town Library")
    count: int = field_help("How many letters.", sample=2)
    numbers: tuple[str, ...] = field_help(
        "Requests that they name, at most 5.", sample=("B29", "B30"), optional=True
    )


@dataclass(frozen=True, kw_only=True)
class StaffAttention:
    library: OurLibrary = field_help("This library.", sample=sample_of(OurLibrary))
    reasons: tuple[str, ...] = field_help("Why a human is needed.", sample=("nobody left to ask",))
    request: CitedRequest | None = field_help(
        "The request that is meant, if one is.", sample=sample_of(CitedRequest), optional=True
    )
    count: int | None = field_help(
        "How many requests a letter of theirs concerns, if several.", sample=2, optional=True
    )
    groups: tuple[AttentionGroup, ...] = field_help(
        "Those requests, all of them, by their reasons.", sample=(sample_of(AttentionGroup),), optional=True
    )
    partner: PartnerLibrary | None = field_help(
        "The other library, if one is concerned.", sample=sample_of(PartnerLibrary), optional=True
    )
    letter: str = field_help("The letter that is meant, I… or O….", sample="O12", optional=True)
    sender: str = field_help("Who wrote that letter.", sample="ill@other.example", optional=True)
    subject: str = field_help("Its subject.", sample="Replies", optional=True)
    about: str = field_help("Requests that it names.", sample="B26", optional=True)
    note: str = field_help("What happened, in words.", sample="550 no such user", optional=True)
    ours: tuple[OurLetter, ...] = field_help(
        "The letters of ours that did not arrive, or may not have.",
        sample=(sample_of(OurLetter),),
        optional=True,
    )
    said: tuple[str, ...] = field_help(
        "What the other library's message says of the one request: reason, condition, days, costs, remark.",
        sample=(
            "their condition: there are charges",
            "they want an answer by Fri 4 Dec",
            "their words: 10 EUR",
        ),
        optional=True,
    )
    words: tuple[str, ...] = field_help(
        "What somebody wrote by hand, line by line, without the quotation and the signature.",
        sample=("Sorry, our copy is missing.", "Shall we look again?"),
        optional=True,
    )
    files: tuple[str, ...] = field_help(
        "The files that came with that letter, each with its size.",
        sample=("article.pdf (48,123 bytes)",),
        optional=True,
    )
    reader_wrote: bool = field_help("Did a reader of ours write that?", sample=False, optional=True)
    ways: tuple[Way, ...] = field_help(
        "What can be done about the one request now.", sample=(sample_of(Way),), optional=True
    )
    page: str = field_help(
        "The address at which the pages for staff show it.",
        sample="https://ill.library.example/r/B12",
        optional=True,
    )
    more: int | None = field_help(
        "How many letters more like this came in of which staff were not told.", sample=2, optional=True
    )
    since: str = field_help("Since when those came in.", sample="10:00", optional=True)
    waiting: WaitingLetters | None = field_help(
        "The letters that wait for DNS.", sample=sample_of(WaitingLetters), optional=True
    )
    claimed: tuple[Claimed, ...] = field_help(
        "Which libraries some of those letters claim to be of, at most 20.",
        sample=(sample_of(Claimed),),
        optional=True,
    )
    untold: tuple[str, ...] = field_help(
        "Requests of whose readers we know no e-mail address: staff print the letters to them.",
        sample=("B12",),
        optional=True,
    )


NoticeContext = ToReader | ToPartner | StaffAttention | StaffDigest

NOTICES = (
    *TO_READERS,
    Contract(
        "en/staff/attention.txt",
        StaffAttention,
        "Tells staff that a human is needed, and why.",
        situations=situations.ATTENTION,
        must_say=("words",),
    ),
    Contract(
        "en/staff/digest.txt",
        StaffDigest,
        "The day's work for staff, grouped by reason.",
        situations=situations.DIGEST,
    ),
    *TO_PARTNERS,
)
"""The notices that something sends: only these are shown to staff and to be changed by them."""
