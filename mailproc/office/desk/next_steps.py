"""How to go on, as links: each suggestion leads to the act, on the page of its request or another."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from mailproc.flow.prepare.suggested import Suggestion
from mailproc.ill.whereabouts import COLLECTED
from mailproc.notices.language import Language
from mailproc.office.desk.act_forms import ActForm
from mailproc.office.queries.request_details import RequestDetails
from mailproc.office.wording import request_words

PREFILLED = ("heard_by", "quiet", "reason", "condition", "position")
"""Fields of an act that a link fills in."""
_PAGES = {
    "amend": "/r/{number}/correct",
    "declare": "/r/{number}/correct",
    "amend again": "/r/{number}/correct",
    "again": "/r/{number}/correct",
    "again corrected": "/r/{number}/correct",
    "amend due": "/r/{number}?open=due#due",
    "next": "/r/{number}/rota",
    "next partner": "/r/{number}/rota",
    "add partner": "/r/{number}/rota",
    "note": "#note",
    "write reader": "/r/{number}?open=write#write",
    "save": "/letters/{letter}",
    "read": "/letters/{letter}",
    "redeliver": "/letters/{letter}",
    "dismiss": "/letters/{letter}",
    "partners": "/partners",
    "partners confirm": "/partners/{partner}",
    "templates": "/templates",
    "print": "/letters",
    "accept": "/reviews/{number}",
    "accept for": "/reviews/{number}",
    "amend review": "/reviews/{number}",
    "decline": "/reviews/{number}",
    "decline undo": "/reviews/{number}",
}
"""By the suggestion's key; the page of a partner has both answers to its question. What is not here has no
place at the desk."""
_OF_EACH_ORDER = frozenset({"amend due", "note", "write reader", "save", "read", "redeliver", "dismiss"})
"""Those that an order has after which another library was asked."""


@dataclass(frozen=True)
class NextStep:
    """A way to go on. ``address``: where it is done; '' where it is only said."""

    does: str
    address: str


def steps(found: RequestDetails, forms: Collection[ActForm], language: Language) -> tuple[NextStep, ...]:
    """Return the ways to go on, each once; ``forms``: the acts that the page offers."""
    return tuple(dict.fromkeys(_steps(found, forms, language)))


def of_earlier(
    found: RequestDetails, number: str, forms: Collection[ActForm], language: Language
) -> tuple[NextStep, ...]:
    """Return the ways to go on with the earlier order ``number``, on its own page."""
    offered = {one.key for one in forms}
    own = [way for way in request_words.ways_on(found, language) if way.number == number]
    acts = (step for way in own if _is_act(way) for step in _act(way, offered, found, language))
    others = (NextStep(_does(way), _address(way, "")) for way in own if way.key in _OF_EACH_ORDER)
    return tuple(dict.fromkeys((*acts, *others)))


def _steps(found: RequestDetails, forms: Collection[ActForm], language: Language) -> Iterator[NextStep]:
    offered = {one.key for one in forms}
    for way in request_words.ways_on(found, language):
        if way.key == "note":  # one of the request settles what an earlier library wrote, too
            yield NextStep(_does(way), _PAGES["note"])
        elif way.number and way.number != found.line.number:
            yield _earlier(way, language)
        elif _is_act(way):
            yield from _act(way, offered, found, language)
        elif way.key in _PAGES:
            yield NextStep(_does(way), _address(way, found.line.partner))
    for asked in found.questions:
        yes, no = request_words.answers(asked, language)
        does = language.label("show", "either", first=yes.does, second=no.does)
        yield NextStep(does, _address(yes, found.line.partner))


def _earlier(way: Suggestion, language: Language) -> NextStep:
    """Acts of this page are those of the last order: the earlier one has a page of its own."""
    does = language.label("desk", "of_earlier", number=way.number, does=_does(way))
    if _is_act(way):
        return NextStep(does, _form(way)[1])
    return NextStep(does, _address(way, "") if way.key in _OF_EACH_ORDER else "")


def _is_act(way: Suggestion) -> bool:
    return bool(way.action) or way.key == "receive quiet"


def _act(
    way: Suggestion, offered: Collection[str], found: RequestDetails, language: Language
) -> Iterator[NextStep]:
    """Yield the link that opens the act's form, if the page has it."""
    key, address = _form(way)
    has = way.action == "return" and found.whereabouts == COLLECTED
    does = f"{way.does} ({language.texts.labels['desk']['reader_has_it']})" if has else way.does
    if key in offered:
        yield NextStep(does, address)


def _form(way: Suggestion) -> tuple[str, str]:
    """Return the key of the act's form, and the address that opens it."""
    given = {"heard_by": way.heard_by, way.option: way.value}
    action, answer = way.action, way.answer
    if not action:
        action, answer, given = "receive", "", {"quiet": "1"}
    key = "-".join(filter(None, ("told" if way.heard_by else "act", action, answer)))
    filled = {name: value for name, value in given.items() if name in PREFILLED and _is_known(value)}
    return key, f"/r/{_in_path(way.number)}?{urlencode({'open': key, **filled})}#{key}"


def _is_known(value: str) -> bool:
    """Return whether it is a value, and no word for what staff fill in."""
    return bool(value) and not value.isupper()


def _does(way: Suggestion) -> str:
    """Return what it does, and of which letter."""
    return f"{way.letter}: {way.does}" if way.letter[:1] in ("O", "I") else way.does


def _address(way: Suggestion, partner: str) -> str:
    page = _PAGES[way.key]
    return page.format(number=_in_path(way.number), letter=_in_path(way.letter), partner=_in_path(partner))


def _in_path(text: str) -> str:
    return quote(text, safe="")
