"""Tell letters that a machine answered from those that a person wrote (RFC 3834).

Many programs leave out the header field that the RFC demands, so the beginning of the subject counts too.
"""

from mailproc.mail import headers
from mailproc.mail.letter import Letter

_FIELDS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Mail-Autoreply")
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
    if letter.subject[:40].strip().casefold().startswith(_SUBJECTS):
        return True
    return any(True for name in _FIELDS for _ in headers.named(letter.raw, name))


def may_be_answered(letter: Letter) -> bool:
    """Return whether a machine may answer it: nothing says that a machine wrote it, or wrote to many."""
    if is_automatic(letter) or letter.auto_submitted not in ("", "no"):
        return False
    bulk = letter.precedence in ("bulk", "junk", "list")
    return not bulk and letter.return_path != "" and bool(letter.sender)
