"""The page of slips in words: by kind, each with its lines, and what is missing on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailproc.flow.context import Context
from mailproc.office.mailroom.printing import LetterToPrint, mark_of
from mailproc.office.slips import paper_file
from mailproc.office.slips.kinds import SlipKind
from mailproc.office.slips.printing import FinishedSlip, Parts

LETTERS = "letters"
"""Letters to readers without e-mail, beside the kinds of slips."""


@dataclass(frozen=True)
class SlipOnPage:
    """``missing``: a sentence for staff about what the slip lacks, '' mostly."""

    key: str
    number: str
    parts: Parts
    missing: str


@dataclass(frozen=True)
class SlipGroup:
    """Slips of one kind, as they are printed. ``left_out``: a sentence where more are new."""

    kind: str
    heading: str
    slips: tuple[SlipOnPage, ...]
    left_out: str


@dataclass(frozen=True)
class LetterOnPaper:
    """A letter to a reader without e-mail. ``number``: of its request; ``address``: line by line."""

    key: str
    id: str
    number: str
    reader: str
    address: tuple[str, ...]
    subject: str
    text: str


@dataclass(frozen=True)
class SlipSheet:
    """The paper. ``page``: its name in CSS; ``margin``: in millimetres; ``grids``: columns by kind."""

    page: str
    margin: float
    grids: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SlipsPage:
    """``kinds``: that may be chosen, with their words. ``keys``: of all slips and letters on the page.
    ``left_out``: a sentence where more letters wait. ``pdf``: whether this machine can draw one."""

    groups: tuple[SlipGroup, ...]
    letters: tuple[LetterOnPaper, ...]
    left_out: str
    kinds: tuple[tuple[str, str], ...]
    kind: str
    again: str
    keys: tuple[str, ...]
    pdf: bool


def key_of(slip: FinishedSlip) -> str:
    """Return what names a slip in a form."""
    return f"{slip.kind}:{slip.transaction.id}"


def page(
    found: Sequence[FinishedSlip], letters: Sequence[LetterToPrint], kind: str, again: str, most: int,
    context: Context,
) -> SlipsPage:  # fmt: skip
    """Return the page of these slips and letters, of which each kind has ``most`` at most."""
    on_paper = tuple(_letter(one) for one in letters)
    words = context.language.texts.labels["desk_slips"]
    groups = tuple(_group(one, found, most, context) for one in SlipKind)
    return SlipsPage(
        groups=tuple(group for group in groups if group.slips),
        letters=on_paper,
        left_out=context.language.label("desk_slips", "more", count=most) if len(letters) == most else "",
        kinds=(*((one.value, words[one]) for one in SlipKind), (LETTERS, words[LETTERS])),
        kind=kind if kind in (*SlipKind, LETTERS) else "",
        again=again,
        keys=(*(key_of(one) for one in found), *(one.key for one in on_paper)),
        pdf=paper_file.can_draw(),
    )


def _letter(one: LetterToPrint) -> LetterOnPaper:
    key = f"{LETTERS}:{one.id}:{mark_of(one)}"
    return LetterOnPaper(key, one.id, one.number, one.reader, one.address, one.subject, one.text.rstrip())


def letters_shown(keys: Iterable[str]) -> dict[str, str]:
    """Return the letters among these keys, with the marks of what stood on the paper."""
    found = (key.split(":") for key in keys)
    return {parts[1]: parts[2] for parts in found if parts[0] == LETTERS and len(parts) == 3}


def sheet(context: Context) -> SlipSheet:
    """Return the paper that config.toml names."""
    slips = context.config.slips
    grids = {
        SlipKind.PULL: slips.pull,
        SlipKind.BANDS: slips.bands,
        SlipKind.LABELS: slips.labels,
    }
    return SlipSheet(
        slips.page, slips.margin, tuple((kind.value, one.columns) for kind, one in grids.items())
    )


def _group(kind: SlipKind, found: Sequence[FinishedSlip], most: int, context: Context) -> SlipGroup:
    language = context.language
    slips = tuple(_slip(one, context) for one in found if one.kind is kind)
    heading = language.texts.labels["desk_slips"][kind]
    left_out = language.label("desk_slips", "more", count=most) if len(slips) == most else ""
    return SlipGroup(kind.value, heading, slips, left_out)


def _slip(slip: FinishedSlip, context: Context) -> SlipOnPage:
    return SlipOnPage(key_of(slip), slip.number, slip.parts, _missing(slip, context))


def _missing(slip: FinishedSlip, context: Context) -> str:
    """Return that a return label has no postal address."""
    partner = context.partners.get(slip.partner)
    if slip.kind is not SlipKind.LABELS or (partner is not None and partner.letter.postal):
        return ""
    return context.language.label("desk_slips", "no_address", partner=slip.partner)
