"""The letters that mailproc writes to people, and the names that their texts may use.

Dates come as text that is ready to print, reasons and services in words for people.
"""

# ruff: noqa: RUF009  # field_help makes a dataclasses.field, which ruff cannot see

from dataclasses import dataclass

from mailproc.templating.contract import Contract, field_help, sample_of


@dataclass(frozen=True, kw_only=True)
class Library:
    name: str = field_help("The name of this library.", sample="Example Town Library")
    email: str = field_help("Where answers go.", sample="ill@library.example")


@dataclass(frozen=True, kw_only=True)
class Request:
    number: str = field_help("Our number of the request, B… or L….", sample="B12")
    title: str = field_help("Title of the book, or of the article.", sample="On Letters")
    author: str = field_help("Its author.", sample="Seneca", optional=True)
    service: str = field_help('"loan" or "copy".', sample="loan")


@dataclass(frozen=True, kw_only=True)
class Patron:
    name: str = field_help("The reader's name.", sample="A. Reader")


@dataclass(frozen=True, kw_only=True)
class Partner:
    name: str = field_help("The name of the other library.", sample="Other Town Library")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    partner: str = field_help("The library that was asked.", sample="Other Town Library")
    reason: str = field_help("Why it cannot supply, in words.", sample="it is on loan to somebody")


@dataclass(frozen=True, kw_only=True)
class PatronArrived:
    library: Library = field_help("This library.", sample=sample_of(Library))
    patron: Patron = field_help("The reader.", sample=sample_of(Patron))
    request: Request = field_help("What the reader asked for.", sample=sample_of(Request))
    due: str = field_help("Until when it may be kept.", sample="Mon 23 Nov 2026", optional=True)
    note: str = field_help("A remark of the staff.", sample="To be read in the library.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronUnfilled:
    library: Library = field_help("This library.", sample=sample_of(Library))
    patron: Patron = field_help("The reader.", sample=sample_of(Patron))
    request: Request = field_help("What the reader asked for.", sample=sample_of(Request))
    reasons: tuple[Refusal, ...] = field_help("Who was asked, and why not.", sample=(sample_of(Refusal),))
    note: str = field_help("A remark of the staff.", sample="It can be read online.", optional=True)


@dataclass(frozen=True, kw_only=True)
class StaffAttention:
    library: Library = field_help("This library.", sample=sample_of(Library))
    reasons: tuple[str, ...] = field_help("Why a human is needed.", sample=("nobody left to ask",))
    request: Request | None = field_help(
        "The request that is meant, if one is.", sample=sample_of(Request), optional=True
    )
    partner: Partner | None = field_help(
        "The other library, if one is concerned.", sample=sample_of(Partner), optional=True
    )
    letter: str = field_help("The letter that is meant, I… or O….", sample="O12", optional=True)
    note: str = field_help("What happened, in words.", sample="550 no such user", optional=True)


@dataclass(frozen=True, kw_only=True)
class PartnerNotice:
    library: Library = field_help("This library.", sample=sample_of(Library))
    partner: Partner = field_help("The library that is written to.", sample=sample_of(Partner))
    request: Request = field_help("What it is about.", sample=sample_of(Request))
    their_number: str = field_help("Their number of it.", sample="7654321", optional=True)
    what: str = field_help("What we have to say.", sample="it is lost")
    due: str = field_help("The date it is about.", sample="Mon 23 Nov 2026", optional=True)
    note: str = field_help("A remark of the staff.", sample="We are sorry.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PartnerReturned:
    library: Library = field_help("This library.", sample=sample_of(Library))
    partner: Partner = field_help("The library that is written to.", sample=sample_of(Partner))
    request: Request = field_help("What is on its way back.", sample=sample_of(Request))
    their_number: str = field_help("Their number of it.", sample="7654321", optional=True)
    returned: str = field_help("When it left.", sample="Mon 23 Nov 2026")
    via: str = field_help("How it travels.", sample="parcel", optional=True)
    note: str = field_help("A remark of the staff.", sample="With its map.", optional=True)


NoticeContext = PatronArrived | PatronUnfilled | StaffAttention | PartnerNotice | PartnerReturned

NOTICES = (
    Contract("en/patron/arrived.txt", PatronArrived, "Tells a reader that the item is here."),
    Contract("en/patron/unfilled.txt", PatronUnfilled, "Tells a reader that no library can supply it."),
    Contract("en/staff/attention.txt", StaffAttention, "Tells staff that a human is needed, and why."),
    Contract(
        "en/partner/notice.txt",
        PartnerNotice,
        "Tells another library's people what its protocol has no message for.",
    ),
    Contract(
        "en/partner/returned.txt",
        PartnerReturned,
        "Tells another library's people that its item is on the way back (where that is switched on).",
    ),
)
