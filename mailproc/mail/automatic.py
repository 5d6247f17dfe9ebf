"""Tell letters that a machine answered from those that a person wrote (RFC 3834).

Many programs leave out the header field that the RFC demands, so the beginning of the subject counts too.
"""

from dataclasses import replace

from mailproc.mail.letter import Letter

_SUBJECTS = (
    "automatic reply", "auto reply", "auto-reply", "autoreply", "out of office", "out-of-office",
    "automatic response", "auto response", "auto:", "away from my mail", "vacation reply",
    "automatische antwort", "abwesenheitsnotiz", "abwesenheit:", "abwesend:", "autom. antwort",
    "réponse automatique", "absence du bureau", "risposta automatica", "fuori sede",
    "automatisch antwoord", "afwezigheid", "respuesta automática", "fuera de la oficina",
)  # fmt: skip


def is_automatic(letter: Letter) -> bool:
    """Return whether an autoresponder wrote it: nobody has read what it answers."""
    if letter.auto_submitted.startswith("auto-replied") or letter.precedence == "auto_reply":
        return True
    return letter.autoreply or letter.subject[:40].strip().casefold().startswith(_SUBJECTS)


def unmarked(letter: Letter) -> Letter:
    """Return the letter without what calls it an automatic reply: so it shows what it would say as a letter
    of its sender."""
    plain = replace(letter, auto_submitted="", precedence="", autoreply=False)
    return replace(plain, subject=letter.subject.partition(":")[2]) if is_automatic(plain) else plain


def is_of_machine(letter: Letter) -> bool:
    """Return whether anything says that a program sent it, on its own account or as a reply."""
    bulk = letter.precedence in ("bulk", "junk", "list")
    return bulk or letter.auto_submitted not in ("", "no") or is_automatic(letter)


def may_be_answered(letter: Letter) -> bool:
    """Return whether a machine may answer it: nothing says that a machine wrote it, or wrote to many."""
    return not is_of_machine(letter) and letter.return_path != "" and bool(letter.sender)
