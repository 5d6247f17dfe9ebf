"""Parse a letter from any bytes, without ever raising.

The structure is split first; only the fields that mailproc needs are decoded. Irregularities are noted in
``Letter.defects``; the bytes are kept in ``Letter.raw``.
"""

from mailproc import slow_work
from mailproc.mail import addresses, headers, html_text, mime
from mailproc.mail.defects import Defects
from mailproc.mail.letter import Letter, Part

_AUTOREPLY = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-mail-autoreply")


@slow_work.outside_writes
def parse(raw: bytes) -> Letter:
    """Read a letter (RFC 5322, MIME); see ``Letter`` for the form of each field.

    ``sender`` is '' if From names nobody, or more than one, or if others may read it differently: an
    ambiguous sender cannot be proven, so no trick lends a letter somebody's name.
    """
    defects = Defects()
    tree = mime.Tree(defects)
    header, media_type = tree.add(raw)
    return Letter(
        raw=raw,
        message_id=_first_id(header),
        in_reply_to=headers.ids(header.get("in-reply-to", [])),
        references=headers.ids(header.get("references", [])),
        subject=headers.text(headers.first(header, "subject")),
        sender=_sender(raw, header, defects),
        authors=tuple(headers.text(value) for value in header.get("from", ())),
        reply_to=next(iter(addresses.mailboxes(header.get("reply-to", []), defects)), ""),
        to=addresses.mailboxes(header.get("to", []), defects),
        return_path=_return_path(header),
        date=headers.date(headers.first(header, "date"), defects),
        auto_submitted=headers.token(headers.first(header, "auto-submitted")),
        precedence=(precedence := headers.token(headers.first(header, "precedence"))),
        autoreply=not header.keys().isdisjoint(_AUTOREPLY),
        of_list="list-id" in header or precedence == "list",
        media_type=media_type,
        parts=tuple(tree.parts),
        defects=defects.as_tuple(),
    )


@slow_work.outside_writes
def readable(letter: Letter) -> str:
    """Return plain text for people and line readers: the body, however it was written.

    A plain body goes before an HTML one, and both before an attached text.
    """
    body = [part for part in letter.parts if not part.attachment]
    plain = _text(body, "text/plain")
    if _says_something(plain):
        return plain
    html = _text(body, "text/html")
    rendered = html_text.from_html(html) if html else ""
    return rendered if _says_something(rendered) else letter.text


def _says_something(text: str) -> bool:
    """Return whether it is more than white space, without copying it."""
    return bool(text) and not text.isspace()


def _text(parts: list[Part], media_type: str) -> str:
    return next((part.text for part in parts if part.media_type == media_type and part.text), "")


def _first_id(header: headers.Header) -> str:
    return next(iter(headers.ids(header.get("message-id", [])[:1])), "")


def _sender(raw: bytes, header: headers.Header, defects: Defects) -> str:
    why = headers.irregular(raw)
    if why:
        defects.note(why)
    return "" if why else addresses.author(header.get("from", []), defects)


def _return_path(header: headers.Header) -> str | None:
    """Return the topmost one, written by the last system; '' for the null sender "<>", or an invalid one."""
    if "return-path" not in header:
        return None
    return addresses.only(headers.first(header, "return-path"))
