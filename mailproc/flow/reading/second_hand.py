"""What a letter says and its sender does not: what members of a list say, or a file, or an answered letter.

A proof shows whose system sent a letter, and not who wrote what stands in it. An autoresponder, a ticket
system and a list send anybody's words under the partner's name. Such a letter moves no request: it is
shelved, and staff are told and may release it. A field that marks it need not be signed, because most signers
leave it out. A server between may add one: then a genuine report waits for staff, and is not lost.
"""

from dataclasses import replace

from mailproc.flow.context import Context
from mailproc.mail.automatic import unmarked
from mailproc.mail.letter import Letter
from mailproc.mail.own_letters import says_something
from mailproc.protocols.codec import Codec, Decoded
from mailproc.sentence import Part, sentence


def why(letter: Letter, codec: Codec, decoded: Decoded) -> Part:
    """Return why the messages are not taken as their sender's; '' if they are."""
    if letter.of_list:
        return sentence("sent-by-list")
    if decoded.credentials is None and _is_attached_only(letter, codec):
        return sentence("report-attached")
    return ""


def as_from_a_person(letter: Letter, context: Context) -> tuple[Letter, Codec] | None:
    """Return the letter without the marks of an automatic reply, if a protocol reads it so.

    A protocol whose messages are parts of their own tells them from what is quoted by itself.
    """
    plain = unmarked(letter)
    if plain == letter:
        return None
    codec = context.registry.recognise(plain)
    return (plain, codec) if codec and not codec.media_types else None


def _is_attached_only(letter: Letter, codec: Codec) -> bool:
    """Return whether only an attached text is a report, and the body says something else.

    A person may send a file back and ask what it is.
    """
    body = tuple(part for part in letter.parts if not part.attachment)
    texts = (part for part in letter.parts if part.attachment and _is_text(part.filename, part.media_type))
    if not any(texts) or not any(map(says_something, body)):
        return False
    return not codec.recognise(replace(letter, parts=body))


def _is_text(filename: str, media_type: str) -> bool:
    return media_type == "text/plain" or filename.lower().endswith((".txt", ".art", ".asc"))
