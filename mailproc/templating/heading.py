"""The top of a letter to people: "Subject: …", an empty line, then the body."""

from mailproc.sentence import sentence

MARK = "Subject:"


def split_letter(text: str) -> tuple[str, str]:
    """Return (subject, body). The subject is one line, whatever was rendered into it.

    Raise ValueError with a sentence for the person who edits the text. Only the subject may be on top: a
    template never sets addresses.
    """
    first, _, rest = text.partition("\n")
    subject = " ".join(first.removeprefix(MARK).split())
    if not first.startswith(MARK) or not subject:
        raise ValueError(sentence("text-no-subject"))
    blank, _, body = rest.partition("\n")
    if blank.strip():
        raise ValueError(sentence("text-no-empty-line"))
    if not body.strip():
        raise ValueError(sentence("text-no-body"))
    return subject, body.strip("\n") + "\n"
