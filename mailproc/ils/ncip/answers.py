"""What a library system answers: the expected answer or its problems, read leniently.

Few servers write what the schema asks for, so nothing is validated: the first child of the root says what
answer it is, and elements are found by their names, with or without a namespace. What is no NCIP (a page, a
greeting, broken XML) is a RemoteFault, whatever its HTTP status and content type say.
"""

from dataclasses import dataclass

from mailproc import hostile_xml, slow_work
from mailproc.errors import RemoteFault
from mailproc.hostile_xml import Element
from mailproc.ils.ncip.element_order import ROOT
from mailproc.ils.ncip.problems import ProblemKind, kind_of
from mailproc.secret_words import MASK, SecretWords
from mailproc.sentence import Sentence, sentence

MOST_PROBLEMS = 10
LONGEST = 300
"""Characters of a text of theirs that are kept."""


@dataclass(frozen=True)
class Problem:
    """Why the system did not do it, in its words, without a secret of ours."""

    type: str
    detail: str = ""
    element: str = ""
    value: str = ""

    @property
    def kind(self) -> ProblemKind:
        """Return what it means for us."""
        return kind_of(self.type)

    @property
    def brief(self) -> str:
        """Return "Unknown Item (ItemIdentifierValue)": detail and value may name a reader."""
        return f"{self.type} ({self.element})" if self.element else self.type

    def __str__(self) -> str:
        """Return "Unknown Item: Item is not known. (ItemIdentifierValue: 123)"."""
        said = ": ".join(part for part in (self.type, self.detail) if part)
        about = ": ".join(part for part in (self.element, self.value) if part)
        return f"{said} ({about})" if about else said


@dataclass(frozen=True)
class NcipRefusal:
    """The answer is right in form and says no: at least one problem."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.problems))

    @property
    def kind(self) -> ProblemKind:
        """Return the first kind that is known, for some systems name the same problem twice."""
        kinds = [one.kind for one in self.problems]
        return next((kind for kind in kinds if kind is not ProblemKind.OTHER), ProblemKind.OTHER)

    @property
    def told(self) -> Sentence:
        """Return what staff are told: what to do, and the system's names of the problems.

        No more of its words: this is kept in histories, logs and letters, where nobody looks for a reader.
        """
        return sentence(self.kind.value, said="; ".join(one.brief for one in self.problems))


@slow_work.outside_writes
def read(content: bytes, message: str, secret: str = "") -> Element | NcipRefusal:
    """Return the answer to ``message`` ("AcceptItem"), or its problems. Raise RemoteFault if it is neither.

    ``secret``: a PIN that was sent; some servers say it again in their problems.
    """
    if not content.lstrip().startswith((b"<", b"\xef\xbb\xbf")):
        raise _none(content[:LONGEST].decode("utf-8", "replace"), secret)
    root = hostile_xml.parse(content)
    if root.tag != ROOT:
        raise _none(str(root.tag), secret)
    if not len(root):  # a greeting between the tags
        raise _none(text(root) or ROOT, secret)
    answer = root[0]
    if found := answer.findall("Problem") or root.findall("Problem"):
        return NcipRefusal(tuple(_problem(one, secret) for one in found[:MOST_PROBLEMS]))
    if answer.tag != f"{message}Response":
        raise RemoteFault(sentence("ncip-other", found=shown(str(answer.tag)), expected=f"{message}Response"))
    return answer


def _none(found: str, secret: str) -> RemoteFault:
    words = SecretWords(exact=(secret,))
    return RemoteFault(sentence("ncip-none", found=shown(words.masked(found, MASK))[:60]))


def text(element: Element | None, path: str = "") -> str:
    """Return the text of the element there, in one line; '' if it has none."""
    found = element if element is None or not path else element.find(path)
    return "" if found is None else shown("".join(map(str, found.itertext())))


def shown(words: str) -> str:
    """Return their words in one line of bounded length."""
    return " ".join(words[: 4 * LONGEST].split())[:LONGEST]


def _problem(element: Element, secret: str) -> Problem:
    """A value is never kept where a secret was sent: it may hold it in another form."""
    value = text(element, "ProblemValue")
    words = SecretWords(exact=(secret,))
    kind, detail, about = (
        words.masked(text(element, name), MASK) for name in ("ProblemType", "ProblemDetail", "ProblemElement")
    )
    return Problem(kind or "Problem", detail, about, MASK if value and secret else value)
