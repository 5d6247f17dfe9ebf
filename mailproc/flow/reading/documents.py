"""Which files of a letter are documents: what staff, or a reader, may want, and not the message itself."""

from collections.abc import Sequence

from mailproc.errors import RemoteFault
from mailproc.flow.context import Context
from mailproc.flow.reading.event_columns import is_about_a_file
from mailproc.flow.reading.named_numbers import NamedNumbers
from mailproc.flow.reading.writing import names_in
from mailproc.ill.facts import Facts
from mailproc.mail.attachments import Attachment, attachments, is_file
from mailproc.mail.letter import Letter
from mailproc.mail.letter import Part as LetterPart
from mailproc.protocols.codec import Decoded

SIGNATURES = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-keys",
    }
)


CARDS = frozenset({"text/vcard", "text/x-vcard", "text/directory", "text/calendar"})


def documents_in(letter: Letter, context: Context) -> tuple[Attachment, ...]:
    """Return the documents of a letter, each content once.

    Messages of a protocol are left out, and so are texts (an order file may be attached as one), signatures
    and the pictures that an HTML text shows.
    """
    return tuple(one for one in _candidates(letter, context) if not one.type.is_text)


def with_covers(letter: Letter, context: Context) -> tuple[Attachment, ...]:
    """Return the documents of a letter, and the texts beside them: a cover note may say on what conditions.

    Without a document there are none: then a text may be the message itself.
    """
    found = _candidates(letter, context)
    if all(one.type.is_text for one in found):
        return ()
    return tuple(one for one in found if not (one.type.is_text and _is_a_message(one, context)))


def count(letter: Letter, context: Context) -> int:
    """Return how many documents the letter has, with the texts beside them."""
    has_files = any(map(is_file, letter.parts))  # most letters have none
    return len(with_covers(letter, context)) if has_files else 0


def _candidates(letter: Letter, context: Context) -> Sequence[Attachment]:
    messages = {one for codec in context.registry.codecs for one in codec.media_types}
    left_out = messages | SIGNATURES | CARDS
    found = (one for one in attachments(letter) if not one.shown and one.claimed not in left_out)
    return list({one.digest: one for one in found}.values())


def _is_a_message(file: Attachment, context: Context) -> bool:
    """Return whether a protocol reads the text, as it reads a report that is attached."""
    said = file.content.decode(errors="replace")
    alone = Letter(file.content, parts=(LetterPart("text/plain", file.content, text=said),))
    try:
        return context.registry.recognise(alone) is not None
    except RemoteFault:  # too long for a protocol
        return True


def brings_a_link(decoded: Decoded) -> bool:
    """Return whether all that the letter says is where a document waits."""
    return bool(decoded.faults) and not (decoded.apdus or decoded.unsure) and decoded.faults[0].link


def facts_of(count: int, named: NamedNumbers, decoded: Decoded) -> Facts:
    """Return the facts of a message with which ``count`` documents came; ``named``: what its letter names."""
    several = _is_about_several(decoded) or not named.complete or _names_others(named, decoded)
    return {"documents": count, "several": True} if several else {"documents": count}


def _names_others(named: NamedNumbers, decoded: Decoded) -> bool:
    """Return whether anything in the letter has a number of ours that the messages do not have."""
    messages = (*decoded.apdus, *decoded.unsure)
    said = [one.ref.number for one in messages if one.ref]
    said += [one.transaction.tgq for one in messages if one.transaction]
    theirs = {base for base, _ in names_in(" ".join(said)).ours}
    return not {base for base, _ in named.names.ours} <= theirs


def _is_about_several(decoded: Decoded) -> bool:
    """Return whether the letter names more than one request, or something that could not be read."""
    said = (*decoded.apdus, *decoded.unsure)
    named = {(one.transaction, one.ref.number.upper() if one.ref else "") for one in said}
    return len(named) + len(decoded.faults) > 1 or any(map(is_about_a_file, said))
