"""What stands in a note because ISO 10161 has no field for it, for people in their own language."""

from datetime import date

from mailproc.ill.charges import price_in
from mailproc.ill.note_sentences import PRICE, WANTED_BY, parted
from mailproc.notices.language import Language


def said_in_note(note: str | None, language: Language) -> tuple[str, date | str]:
    """Return the name of the sentence and what it names, ready to be shown; ("", "") if there is none.

    A sentence that names nothing has itself as its value.
    """
    said = parted(note)
    if said.said == WANTED_BY:
        return said.said, date.fromisoformat(said.value)
    if said.said == PRICE:
        return said.said, language.amount(price_in(note)) or said.value
    return said.said, said.value or said.said
