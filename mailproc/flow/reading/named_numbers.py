"""Every number in a letter that may name a request, wherever it stands.

A document goes to a reader only if its letter is about one request. So nothing is left out here that may name
another: signature, quotation, attached texts, an attached letter. What cannot be read counts as another.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from mailproc import slow_work
from mailproc.flow.reading.writing import Names, names_in
from mailproc.mail import content_type, html_text
from mailproc.mail.letter import Letter, Part
from mailproc.mail.parse import parse

MOST_READ = 1_000_000
"""Characters of one letter that are searched."""
MOST_NAMES = 1_000
"""Numbers of one letter that are looked up."""
_LETTER = "message/rfc822"


@dataclass(frozen=True)
class NamedNumbers:
    """``names``: what is named; ``complete``: whether all of the letter was searched."""

    names: Names = field(default_factory=Names)
    complete: bool = True


@slow_work.outside_writes
def named_in(letter: Letter) -> NamedNumbers:
    """Return what any text of the letter names. Linear in the letter."""
    found: list[str] = []
    left, complete = MOST_READ, True
    for text in _texts(letter, within=False):
        if text is None or len(text) > left:
            complete = False
            continue
        found.append(unicodedata.normalize("NFKC", text))
        left -= len(text)
    names = names_in("\n".join(found), MOST_NAMES)
    full = any(len(kind) >= MOST_NAMES for kind in (names.words, names.ours, names.theirs))
    return NamedNumbers(names, complete and not full)


def _texts(letter: Letter, *, within: bool) -> Iterator[str | None]:
    """Yield each text of the letter; None for one that is not read. ``within``: it is attached to another."""
    yield letter.subject
    for part in letter.parts:
        yield part.filename
        if part.media_type == _LETTER and not within:
            yield from _texts(parse(part.content), within=True)
        elif part.media_type.startswith("message/"):
            yield None
        else:
            yield _text(part)


def _text(part: Part) -> str:
    if part.text is not None:
        return html_text.from_html(part.text) if part.media_type == "text/html" else part.text
    is_text = content_type.of_content(part.content, part.media_type).is_text
    return part.content.decode("latin-1") if is_text else ""
