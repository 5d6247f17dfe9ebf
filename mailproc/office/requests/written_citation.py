"""Read one citation that another program wrote: an OpenURL, RIS or BibTeX."""

from mailproc.citations import bibtex, openurl, ris
from mailproc.citations.citation import Citation
from mailproc.errors import LocalFault
from mailproc.sentence import Sentence, sentence


def read(text: str) -> Citation | None:
    """Return the citation; None if the text is none of them. Raise LocalFault if it holds more than one."""
    if ris.is_one(text):
        return _only(ris.read(text))
    if bibtex.is_one(text):
        return bibtex.read(text)
    if not text.lstrip().startswith(("{", "[")) and openurl.is_one(text):
        return openurl.read(text)
    return None


def unread(citation: Citation) -> tuple[Sentence, ...]:
    """Return what staff should know of it."""
    return (sentence("citation-unread", what="; ".join(citation.unread)),) if citation.unread else ()


def _only(citations: list[Citation]) -> Citation:
    if len(citations) != 1:
        titles = [one.item.article_title or one.item.title or "" for one in citations[:3]]
        raise LocalFault(sentence("ris-several", count=len(citations), titles="; ".join(titles)))
    return citations[0]
