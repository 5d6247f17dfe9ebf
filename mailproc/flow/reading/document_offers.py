"""Recognise in what people write that a document waits for us at a link. Pure; linear in the text."""

import re
from itertools import islice

MOST_LINKS = 20
BEFORE, BEHIND = 600, 200
"""Characters around a link that are looked at."""

_LINK = re.compile(r"https?://\S{4,}", re.IGNORECASE)
_FILE = r"(?:article|chapter|copy|document|file|paper|pdf|scan|artikel|aufsatz|kopie|dokument|datei)"
_NOT = r"(?!(?:not|nicht|no|un)\b)"
_OFFER = re.compile(
    rf"\b{_FILE}\b(?:[ ]{_NOT}[^\s.!?]{{1,40}}+){{0,8}}?[ ](?:ready|available|bereit|abrufbar|verfügbar"
    r"|herunterladen|herunterzuladen|abrufen|zum download)\b"
    rf"|\b(?:(?:right|correct) (?:one|{_FILE})|(?:richtige|korrekte)[nrs]?(?: {_FILE})?)"
    rf"(?: {_NOT}(?:is|are|now|here|at|under|ist|liegt|steht|jetzt|nun|hier|unter|bei|auf)|[:,-]| [–—-])"
    rf"(?:[ ]{_NOT}[^\s.!?]{{1,40}}+){{0,6}}?[ ]there\b"
    rf"|\b(?:download|fetch|access|collect|retrieve|open|view) (?:it|(?:the|your|this) {_FILE})\b",
    re.IGNORECASE,
)


def offers(text: str, subject: str) -> bool:
    """Return whether the words near a link, or the subject of the letter, say that a document is there."""
    for link in islice(_LINK.finditer(text), MOST_LINKS):
        around = text[max(0, link.start() - BEFORE) : link.start() + BEHIND]
        words = " ".join(_LINK.sub(" there ", f"{subject} {around}").split())
        if _OFFER.search(words):
            return True
    return False
