"""Read a letter that people wrote: their own words, and what in it may name a request. Pure: no store."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mailproc import slow_work
from mailproc.flow.reading import document_offers
from mailproc.log import mask
from mailproc.mail import reply_text
from mailproc.mail.automatic import is_automatic
from mailproc.mail.letter import Letter

MOST_NAMES = 200
"""Words of one part of a letter that may be numbers."""
MOST_OF_SUBJECT = 1_000
MOST_ANSWERED = 100
"""Message-IDs that a letter may answer."""
LEAST_OF_THEIRS, LEAST_DIGITS = 6, 3
"""Signs and digits of a number of theirs that needs no label: a year, a page or a postcode has fewer."""

_WORD = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z][0-9A-Za-z/_.-]{0,39}+(?![0-9A-Za-z])")
_OURS = re.compile(
    r"(?<![0-9A-Za-z])(?P<base>[BL][1-9][0-9]{0,8}+)(?:-(?P<attempt>[1-9][0-9]{0,2}+))?(?![0-9A-Za-z])"
    r"(?![ \t]{1,2}(?-i:[0-9][A-Z]{2})(?![0-9A-Za-z]))",  # "B15 2TT" and "L7 8XP" are postcodes
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?<![0-9A-Za-z])(?:request|order|number|no|ref|reference|your|nr|nummer|bestellung|bestellnummer"
    r"|auftrag|anfrage|fernleihe|zeichen|ihre?)[ .:#]{1,3}+"
    r"(?P<number>(?=[A-Za-z/_.-]{0,39}+[0-9])[0-9A-Za-z][0-9A-Za-z/_.-]{0,39}+)",  # not "your number"
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Names:
    """What one part of a letter may call a request, each once, in capitals.

    ``words``: with a digit, to be compared with whole numbers; ``ours``: a number of ours ("B12"), with the
    attempt if one is named; ``theirs``: what can be a number of the writer's own.
    """

    words: tuple[str, ...] = ()
    ours: tuple[tuple[str, int | None], ...] = ()
    theirs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Writing:
    """A letter of people.

    ``own``: the writer's words; ``answers``: the Message-IDs that it answers, ``thread`` those before them;
    ``offers_document``: it says that one waits at a link.
    """

    own: str = ""
    automatic: bool = False
    answers: tuple[str, ...] = ()
    thread: tuple[str, ...] = ()
    subject: Names = field(default_factory=Names)
    text: Names = field(default_factory=Names)
    quoted: Names = field(default_factory=Names)
    offers_document: bool = False

    @property
    def our_numbers(self) -> tuple[str, ...]:
        """The numbers of ours that it names ("B12"), each once."""
        parts = (self.subject, self.text, self.quoted)
        return tuple(dict.fromkeys(base for part in parts for base, _ in part.ours))


@slow_work.outside_writes
def writing_of(letter: Letter) -> Writing:
    """Return what people wrote in the letter, with secrets masked. Linear in the letter.

    They are masked before anything is cut, so that no cut leaves half a secret.
    """
    said = reply_text.split(mask(reply_text.body(letter)))
    subject = reply_text.visible(letter.subject[:MOST_OF_SUBJECT])
    return Writing(
        own=mask(said.own),
        automatic=is_automatic(letter),
        answers=letter.in_reply_to[:MOST_ANSWERED],
        thread=letter.references[-MOST_ANSWERED:],
        subject=names_in(subject),
        text=names_in(said.own),
        quoted=names_in(said.quoted),
        offers_document=document_offers.offers(said.own, subject),
    )


def names_in(text: str, most: int = MOST_NAMES) -> Names:
    """Return what in the text may name a request; at most ``most`` of each kind."""
    said = list(_WORD.finditer(text))
    words = dict.fromkeys(word for match in said if _has_digits(word := match[0].strip("/_.-").upper(), 1))
    ours = dict.fromkeys(
        (match["base"].upper(), int(match["attempt"]) if match["attempt"] else None)
        for match in _OURS.finditer(text)
    )
    labelled = (match["number"].strip("/_.-").upper() for match in _LABELLED.finditer(text))
    each = (*words, *_pairs(text, said))
    long = (word for word in each if len(word) >= LEAST_OF_THEIRS and _has_digits(word, LEAST_DIGITS))
    theirs = dict.fromkeys([*(word for word in labelled if _has_digits(word, 1)), *long])
    return Names(tuple(words)[:most], tuple(ours)[:most], tuple(theirs)[:most])


def _pairs(text: str, words: Sequence[re.Match[str]]) -> Iterator[str]:
    """Yield two words that one blank parts, as a number may be written: "AB 12/3"."""
    for one, following in pairwise(words):
        if following.start() == one.end() + 1 and text[one.end()] in " \t\n":
            yield f"{one[0]} {following[0]}".strip("/_.-").upper()


def _has_digits(word: str, least: int) -> bool:
    return sum(sign.isdigit() for sign in word) >= least
