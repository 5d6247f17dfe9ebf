"""Read a letter of a form: labelled lines, from a sender who is proven as a partner is. Pure: no store."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailproc.config import RequestForm
from mailproc.flow.context import Context
from mailproc.flow.reading.sender_proof import Evidence, Proven, proven, reasons_of
from mailproc.ill.attention import Reason
from mailproc.ill.submitted import Source, SubmittedRequest
from mailproc.log import mask
from mailproc.mail import html_text, reply_text
from mailproc.mail.automatic import is_automatic
from mailproc.mail.letter import Letter
from mailproc.sentence import sentence

if TYPE_CHECKING:
    from mailproc.flow.reading.letter_reading import LetterReading

CODEC = "form"
LEAST_LABELS = 2
"""Known labels that make a letter one of labelled lines, where its sender writes other letters too."""

LONGEST = 262_144
"""Characters of a form's letter that are read, of all its texts together; a form has a few thousand."""


@dataclass(frozen=True)
class FormLetter:
    """``said``: None if it has no known label, or is ``too_long`` to be read."""

    form: RequestForm
    said: SubmittedRequest | None
    too_long: bool = False

    def source(self, inbox_id: int, context: Context, sender: str, *, released: bool) -> Source:
        partner = context.partners.get(self.form.partner) if self.form.partner else None
        return Source(
            name=self.form.name,
            partner=partner.symbol if partner else "",
            lenders=self.form.lenders,
            straight=self.form.straight,
            inbox_id=inbox_id,
            sender=sender,
            released=released,
        )


def read(letter: Letter, forms: Sequence[RequestForm], context: Context, *, alone: bool) -> FormLetter | None:
    """Return what the letter says in the form that fits it best; None if it is no letter of a form.

    An answer to a letter is none, nor is an automatic reply. ``alone``: its sender writes nothing else here,
    so a letter without labels, or a longer one than is read, is one of the form all the same. Never raises.
    """
    if letter.in_reply_to or letter.references or is_automatic(letter):
        return None
    if sum(len(part.text) for part in letter.parts if part.text and not part.attachment) > LONGEST:
        return next((FormLetter(form, None, True) for form in _named(letter, forms) if alone), None)
    from mailproc.protocols.form import reading  # here: few letters are forms

    text, bare = _text(letter)
    best, most = None, -1
    for form in _named(letter, forms):
        labels = context.forms.labels(form)
        said, found = reading.read(text, labels, bare=bare)
        if found > most and reading.is_order(text, labels):
            best, most = FormLetter(form, said if found else None), found
    return best if alone or most >= LEAST_LABELS else None


def of_form(
    found: "LetterReading", evidence: Evidence, context: Context, by_hand: Proven | None, *, alone: bool
) -> "LetterReading | None":
    """Return the reading of a letter of a form; None if it is none.

    ``by_hand``: staff have released it, and vouch for its sender. One without any known label is shelved,
    and so is one whose sender is not proven. Raise TryLater if DNS gives no answer.
    """
    forms = context.forms.claimed_by(evidence.sender)
    letter = read(found.letter, forms, context, alone=alone) if forms else None
    if letter is None:
        return None
    form = letter.form
    shown = by_hand or proven(context.forms.speaker(form), context.forms.proofs(form), evidence)
    partner = context.partners.get(form.partner) if form.partner else None
    found = replace(
        found, codec=CODEC, form=letter, partner=partner, proof=shown.by, proofs={form.name: shown}
    )
    if not shown.by:
        why = sentence("unproven-because", sender=found.letter.sender, proofs=reasons_of(found.proofs))
        return replace(found, refused=why, alarm=Reason.UNPROVEN)
    if letter.too_long:
        return replace(found, refused=sentence("form-too-long", most=LONGEST), alarm=Reason.SHELVED)
    if letter.said is None:
        return replace(found, refused=sentence("form-without-labels"), alarm=Reason.SHELVED)
    return found


def _named(letter: Letter, forms: Sequence[RequestForm]) -> Sequence[RequestForm]:
    """Return the forms whose words the subject holds, or else those that want no words there."""
    subject = " ".join(letter.subject.casefold().split())
    named = [one for one in forms if one.subject and " ".join(one.subject.casefold().split()) in subject]
    return named or [one for one in forms if not one.subject]


def _text(letter: Letter) -> tuple[str, bool]:
    """Return the body with secrets masked, and whether it was a page."""
    body = [part for part in letter.parts if not part.attachment and part.text]
    if any(part.media_type == "text/plain" and part.text and not part.text.isspace() for part in body):
        return mask(reply_text.body(letter)), False
    page = next((part.text for part in body if part.media_type == "text/html"), None)
    return mask(html_text.from_html(page or "", between_cells="\t")), True
