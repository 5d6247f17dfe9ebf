"""The slips that are printed for the shelf and the parcel, and the names that their texts may use."""

# ruff: noqa: RUF009  # field_help makes a dataclasses.field, which ruff cannot see

from dataclasses import dataclass
from typing import Any

from mailproc.notices.render import lines_of
from mailproc.notices.shared_contexts import OurLibrary, PartnerLibrary, Request
from mailproc.templating import slip_parts
from mailproc.templating.contract import Contract, Situation, field_help, sample_of

LONGEST, MOST_LINES = 400, 20
"""Characters of a text on a slip, and elements of a list: `show` has all of it."""


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What every slip names."""

    library: OurLibrary = field_help("This library.", sample=sample_of(OurLibrary))
    partner: PartnerLibrary = field_help("The other library.", sample=sample_of(PartnerLibrary))
    request: Request = field_help("The request.", sample=sample_of(Request))
    number: str = field_help("Our number of it, to be scanned.", sample="B12")
    their_number: str = field_help(
        "The number under which the other library knows it.", sample="B12-1", optional=True
    )
    printed: str = field_help("The day of printing.", sample="Mon 16 Nov 2026")
    reprint: str = field_help(
        "The word for a slip that was printed before; it must be printed.", sample="Reprint", optional=True
    )


@dataclass(frozen=True, kw_only=True)
class PullSlip(Slip):
    shelfmark: str = field_help("Where it stands on our shelves.", sample="QA 76.9 L4", optional=True)
    location: str = field_help("In which branch or stack.", sample="Stack 2", optional=True)
    available: str = field_help(
        "What the catalogue says of it, in words.", sample="on the shelf", optional=True
    )
    item_barcode: str = field_help(
        "The barcode of the item in our library system, where it is known.", sample="300123", optional=True
    )
    cited: tuple[str, ...] = field_help(
        "All else that is known of what is wanted: journal, volume, year, pages and more.",
        sample=("Journal: Journal of Letters", "Volume: 12"),
        optional=True,
    )
    needed_by: str = field_help("The day until which it is needed.", sample="Mon 23 Nov 2026", optional=True)
    post: tuple[str, ...] = field_help(
        "The postal address to which it goes, line by line.",
        sample=("Other Town Library", "1 High Street"),
        optional=True,
    )
    electronic: str = field_help(
        "The e-mail address to which it may go.", sample="desk@other.example", optional=True
    )
    note: str = field_help("Their remark.", sample="With its map, please.", optional=True)
    also_wanted: tuple[str, ...] = field_help(
        "Our numbers of other open requests for the same item.", sample=("B7", "L9"), optional=True
    )


@dataclass(frozen=True, kw_only=True)
class BookBand(Slip):
    reader: str = field_help("The reader's name.", sample="A. Reader", optional=True)
    reader_id: str = field_help("The reader's number.", sample="R1", optional=True)
    item_barcode: str = field_help(
        "The barcode of the item in our library system, where it is known.", sample="300123", optional=True
    )
    pickup: str = field_help("Where the reader collects.", sample="Branch library South", optional=True)
    due: str = field_help("Until when the reader may keep it.", sample="Mon 23 Nov 2026", optional=True)
    conditions: tuple[str, ...] = field_help(
        "On what conditions of the library that owns it, in sentences for the reader.",
        sample=("It may be used in our library only: please read it here.", "It cannot be renewed."),
        optional=True,
    )


@dataclass(frozen=True, kw_only=True)
class ReturnLabel(Slip):
    address: tuple[str, ...] = field_help(
        "Where it goes back to, line by line: [partner.letter] postal, else the library's name.",
        sample=("Other Town Library", "1 High Street"),
    )
    sender: tuple[str, ...] = field_help(
        "Our own address, line by line: [slips] address, else our name.",
        sample=("Example Town Library", "2 Any Road"),
    )
    insured: str = field_help(
        "For how much the library wants it insured on its way back.", sample="50 EUR", optional=True
    )


_PULL_SITUATIONS = (
    Situation("for the first time", {"number": "L12", "reprint": ""}),
    Situation("again, of an item that we know no shelf of", {"number": "L12", "shelfmark": ""}),
)
_SITUATIONS = (Situation("for the first time", {"reprint": ""}), Situation("again", {}))
_NUMBERS = ("number", "their_number", "reprint")

SLIPS = (
    Contract(
        "en/slip/pull.txt",
        PullSlip,
        "The slip with which an item is fetched for another library.",
        situations=_PULL_SITUATIONS,
        must_say=_NUMBERS,
        form=slip_parts.plain,
    ),
    Contract(
        "en/slip/band.txt",
        BookBand,
        "The band around a book that was borrowed for a reader.",
        situations=_SITUATIONS,
        must_say=_NUMBERS,
        form=slip_parts.plain,
    ),
    Contract(
        "en/slip/label.txt",
        ReturnLabel,
        "The label on the parcel by which a book goes back.",
        situations=_SITUATIONS,
        must_say=("address", "sender", "their_number", "reprint"),
        form=slip_parts.plain,
    ),
)
"""Every slip: its text in English, what the text may name, and what the slip is for."""


def values_of(slip: Slip) -> dict[str, Any]:
    """Return the slip's names with their values, as its text gets them: each on one line, and bounded."""
    return {name: _bounded(value) for name, value in lines_of(slip).items()}


def _bounded(value: Any) -> Any:
    if isinstance(value, str):
        cut = value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"
        return slip_parts.guarded(cut)
    if isinstance(value, list):
        return [_bounded(each) for each in value[:MOST_LINES]]
    if isinstance(value, dict):
        return {name: _bounded(each) for name, each in value.items()}
    return value
