"""Letters to a reader: what each may name, and what it is for. A new one is an entry of ``TO_READERS``."""

# ruff: noqa: RUF009  # field_help makes a dataclasses.field, which ruff cannot see

from dataclasses import dataclass

from mailproc.notices import situations
from mailproc.notices.shared_contexts import EnclosedDocument, OurLibrary, Patron, Refusal, Request
from mailproc.templating.contract import Contract, field_help, sample_of


@dataclass(frozen=True, kw_only=True)
class ToReader:
    """What every letter to a reader names."""

    library: OurLibrary = field_help("This library.", sample=sample_of(OurLibrary))
    patron: Patron = field_help("The reader.", sample=sample_of(Patron))


@dataclass(frozen=True, kw_only=True)
class ToPatron(ToReader):
    """What every letter to a reader about a request names."""

    request: Request = field_help("What the reader asked for.", sample=sample_of(Request))


@dataclass(frozen=True, kw_only=True)
class PatronArrived(ToPatron):
    due: str = field_help("Until when it may be kept.", sample="Mon 23 Nov 2026", optional=True)
    sent_to: str = field_help(
        "The e-mail address to which it was to be sent, if it was not to come by post.",
        sample="reader@library.example",
        optional=True,
    )
    has_copy: bool = field_help("Was the copy sent to the reader by e-mail?", sample=False, optional=True)
    with_us: bool = field_help(
        "Has it come to us as a file that the reader does not have from us yet?", sample=False, optional=True
    )
    wanted_back: bool = field_help(
        "Does the library that owns it want it back already?", sample=False, optional=True
    )
    time_up: bool = field_help(
        "Is its due date over, and nobody has asked for it back?", sample=False, optional=True
    )
    conditions: tuple[str, ...] = field_help(
        "On what conditions of the library that owns it, in sentences for the reader.",
        sample=("It may be used in our library only: please read it here.", "It cannot be renewed."),
        optional=True,
    )
    partial: bool = field_help("Did only a part of it come?", sample=False, optional=True)
    completed: bool = field_help(
        "Had a part of it come before, and is it all here?", sample=False, optional=True
    )
    in_library: bool = field_help("May it be used in our library only?", sample=False, optional=True)
    pickup: str = field_help(
        "Where the reader collects, from the file of the library system.",
        sample="Branch library South",
        optional=True,
    )
    note: str = field_help("A remark of the staff.", sample="To be read in the library.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronWrongItem(ToPatron):
    had_copy: bool = field_help("Did we send it to the reader by e-mail?", sample=False, optional=True)
    note: str = field_help("A remark of the staff.", sample="The right one is ordered.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronUnfilled(ToPatron):
    reasons: tuple[Refusal, ...] = field_help("Who was asked, and why not.", sample=(sample_of(Refusal),))
    note: str = field_help("A remark of the staff.", sample="It can be read online.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronDueSoon(ToPatron):
    due: str = field_help("Until when it may be kept.", sample="Mon 23 Nov 2026")
    renewable: bool = field_help(
        "May the reader ask to keep it longer? No where we know better.", sample=True
    )
    refused: bool = field_help(
        "Has the library that owns it said that it cannot be kept longer?", sample=False, optional=True
    )
    last_day: bool = field_help("Is it today?", sample=False, optional=True)
    note: str = field_help("A remark of the staff.", sample="With its map, please.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronOverdue(ToPatron):
    due: str = field_help("When it should have been back.", sample="Mon 23 Nov 2026")
    level: int = field_help("Which reminder this is: 1 is the first.", sample=2)
    renewal_asked: bool = field_help(
        "Has the lender been asked for more time, and not answered?", sample=False, optional=True
    )
    last: bool = field_help("Has the lender made its last demand?", sample=False, optional=True)
    note: str = field_help("A remark of the staff.", sample="With its map, please.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronRenewed(ToPatron):
    due: str = field_help("Until when it may now be kept.", sample="Mon 23 Nov 2026", optional=True)
    in_library: bool = field_help("May it be used in our library only?", sample=False, optional=True)
    note: str = field_help("A remark of the staff.", sample="For the last time.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronDueCorrected(ToPatron):
    due: str = field_help("Until when it may be kept.", sample="Mon 23 Nov 2026")
    late: bool = field_help("Has that day passed?", sample=False, optional=True)
    in_library: bool = field_help("May it be used in our library only?", sample=False, optional=True)
    note: str = field_help("A remark of the staff.", sample="With its map, please.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronRecalled(ToPatron):
    due: str = field_help("By when it must be back.", sample="Mon 23 Nov 2026", optional=True)
    late: bool = field_help("Has the day passed until which it was lent?", sample=False, optional=True)
    level: int = field_help("Which letter about it this is: 1 is the first.", sample=1)
    note: str = field_help("A remark of the staff.", sample="With its map, please.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronCancelled(ToPatron):
    needed_by: str = field_help(
        "The day until which the reader needed it, where the request ended because that has passed.",
        sample="Mon 23 Nov 2026",
        optional=True,
    )
    note: str = field_help("A remark of the staff.", sample="It is on our own shelves.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronDocument(ToPatron):
    documents: tuple[EnclosedDocument, ...] = field_help(
        "The files that come with the letter.", sample=(sample_of(EnclosedDocument),)
    )
    partial: bool = field_help("Has only a part of it come?", sample=False, optional=True)
    rest: bool = field_help("Does the reader have a part of it already?", sample=False, optional=True)
    note: str = field_help("A remark of the staff.", sample="Page 7 is faint.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronWaitingList(ToPatron):
    position: int | None = field_help("Its place on the list, if known.", sample=3, optional=True)
    expected: str = field_help("When it is expected, if known.", sample="Mon 23 Nov 2026", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronRenewalRefused(ToPatron):
    due: str = field_help("Until when it may be kept.", sample="Mon 23 Nov 2026", optional=True)
    late: bool = field_help("Has that day passed?", sample=False, optional=True)
    in_library: bool = field_help("May it be used in our library only?", sample=False, optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronDeclined(ToPatron):
    note: str = field_help("Why, as staff say it.", sample="It is on our own shelves.", optional=True)


@dataclass(frozen=True, kw_only=True)
class PatronAnswer(ToPatron):
    written: tuple[str, ...] = field_help(
        "What staff write to the reader, line by line.",
        sample=("We ask the other library and write to you.",),
    )


@dataclass(frozen=True, kw_only=True)
class PatronSignIn(ToReader):
    link: str = field_help(
        "The address that opens the reader's pages, once.", sample="https://ill.library.example/my/in/XXXXXXX"
    )
    minutes: int = field_help("So long it can be used.", sample=30)


TO_READERS = (
    Contract(
        "en/patron/arrived.txt",
        PatronArrived,
        "Tells a reader that the item is here.",
        situations=situations.ARRIVED,
    ),
    Contract(
        "en/patron/wrong_item.txt",
        PatronWrongItem,
        "Tells a reader who was told that the item is here that it is not the right one.",
        situations=situations.WRONG_ITEM,
    ),
    Contract("en/patron/unfilled.txt", PatronUnfilled, "Tells a reader that no library can supply it."),
    Contract(
        "en/patron/due_soon.txt",
        PatronDueSoon,
        "Reminds a reader, before the day, that a loan must go back.",
        situations=situations.DUE_SOON,
    ),
    Contract(
        "en/patron/overdue.txt",
        PatronOverdue,
        "Tells a reader that a loan should have been back.",
        situations=situations.OVERDUE,
    ),
    Contract("en/patron/renewed.txt", PatronRenewed, "Tells a reader that a loan may be kept longer."),
    Contract(
        "en/patron/due_corrected.txt",
        PatronDueCorrected,
        "Tells a reader that the date was wrong, and which is right.",
        situations=situations.DUE_CORRECTED,
    ),
    Contract(
        "en/patron/renewal_refused.txt",
        PatronRenewalRefused,
        "Tells a reader that a loan cannot be kept longer ([notices] renewal_refused).",
        situations=situations.RENEWAL_REFUSED,
    ),
    Contract(
        "en/patron/acknowledged.txt",
        ToPatron,
        "Tells a reader that we have the request ([notices] acknowledged).",
    ),
    Contract(
        "en/patron/declined.txt",
        PatronDeclined,
        "Tells a reader that what was submitted has been declined ([notices] declined).",
    ),
    Contract("en/patron/answer.txt", PatronAnswer, "Brings a reader what staff write about a request."),
    Contract(
        "en/patron/waiting_list.txt",
        PatronWaitingList,
        "Tells a reader that the request is on a waiting list ([notices] waiting_list).",
    ),
    Contract(
        "en/patron/in_library.txt",
        ToPatron,
        "Tells a reader that the item may be used in the library only ([notices] in_library).",
    ),
    Contract(
        "en/patron/recalled.txt",
        PatronRecalled,
        "Asks a reader to bring a loan back at once.",
        situations=situations.RECALLED,
    ),
    Contract(
        "en/patron/cancelled.txt",
        PatronCancelled,
        "Tells a reader that a request has been ended.",
        situations=situations.CANCELLED,
    ),
    Contract(
        "en/patron/document.txt",
        PatronDocument,
        "Brings a reader a copy that another library supplied as a file, with what copyright allows.",
        situations=situations.DOCUMENT,
    ),
    Contract(
        "en/patron/sign_in.txt",
        PatronSignIn,
        "Brings a reader who asked for it a link to the reader's own pages ([web.readers]).",
        must_say=("link",),
    ),
)
"""Every letter to a reader: its text in English, what the text may name, and what the letter is for.

``flow/prepare/reader_notice.py`` fills each name; a new letter that uses known names needs nothing there.
"""
