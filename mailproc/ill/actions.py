"""The actions of staff on a request: each action of ``mailproc act`` once, with all that follows from it.

The state tables name the event of each action. The command line and its help, `show`, letters to staff, what
a protocol can express, and what staff record by telephone derive from this table. The names for people are in
the files of the languages, under ``actions`` and ``options``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailproc.errors import LocalFault
from mailproc.ill.events import PUT_OFF, SHOWN_AGAIN
from mailproc.ill.terms import ApduType, Results, Role, State
from mailproc.sentence import Word, sentence


@dataclass(frozen=True, kw_only=True)
class Option:
    """What staff may give with an action.

    ``field``: where the action keeps it; ``value``: what is typed for it, '' where the option alone says it;
    ``fills``: the fields of an APDU it may fill.
    """

    name: str
    field: str
    value: str
    fills: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return it as typed: "--date"."""
        return f"--{self.name}"

    @property
    def word(self) -> Word:
        """Return it for a sentence: "--date", and at the desk the name of its field."""
        return Word("typed", str(self))

    @property
    def usage(self) -> str:
        """Return "--date DAY"."""
        return f"{self} {self.value}".rstrip()


NOTE = Option(name="note", field="note", value="TEXT", fills=("note",))
DATE = Option(
    name="date", field="on", value="DAY",
    fills=(
        "due", "supply_on", "retry_on", "conditions", "desired_due_on", "received_on", "returned_on",
        "checked_in_on", "note",
    ),
)  # fmt: skip
REASON = Option(
    name="reason", field="reason", value="WORD", fills=("reason", "damaged_details", "conditions")
)
CONDITION = Option(
    name="condition", field="condition", value="WORD", fills=("conditions", "shipped_conditions")
)
ANSWER = Option(name="answer", field="answer", value="yes|no")
POSITION = Option(name="position", field="position", value="NUMBER", fills=("position",))
LEVEL = Option(name="level", field="level", value="NUMBER", fills=("level",))
SERVICE = Option(name="service", field="service", value="LOAN|COPY", fills=("shipped_service",))
COST = Option(
    name="cost", field="cost", value='"12.50 EUR"', fills=("cost", "cost_estimate", "insured_for", "note")
)
VIA = Option(name="via", field="via", value="TEXT", fills=("shipped_via", "returned_via"))
TO = Option(name="to", field="to", value="SYMBOL", fills=("responder",))
LOCATION = Option(name="location", field="locations", value="SYMBOL", fills=("locations",))
QUIET = Option(name="quiet", field="quiet", value="")
WRONG = Option(name="wrong", field="wrong", value="")
PARTIAL = Option(name="partial", field="partial", value="")
ATTACH = Option(name="attach", field="attach", value="FILE")
BARCODE = Option(name="barcode", field="barcode", value="NUMBER")

OPTIONS = (
    NOTE,
    DATE,
    REASON,
    CONDITION,
    ANSWER,
    POSITION,
    LEVEL,
    SERVICE,
    COST,
    VIA,
    TO,
    LOCATION,
    QUIET,
    WRONG,
    PARTIAL,
    ATTACH,
    BARCODE,
)
"""Options that concern every action (--heard-by, --once, --repeat, --dry-run) are not among these."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """``role``: whose it is, None where either side has it. ``event``: its row in the state tables, or the
    first half of it where it takes a yes or no. ``message``: what is said to the partner, None where nothing
    is; ``results``: what an ILL-Answer says.

    ``options``: beside --note, which every action takes. ``needs``: without it nothing is said; ``tells``:
    the same, but where the partner told us by telephone it may be unknown. ``suggests``: what a suggested
    command names beside a yes. ``stays``: it moves no state, so the tables need not repeat it.
    ``wants_answer``: it makes no sense where nobody knows of our order. ``answers``: the other side's action
    that it answers, as staff record it. ``by_state``: False where no state says whether it is possible.
    ``only_in``: the only states in which it is possible; it moves nothing.
    ``within``: of what stays, the states of a loan in which it makes sense; () where any does.
    """

    name: str
    role: Role | None
    event: str
    message: ApduType | None = None
    results: Results | None = None
    options: tuple[Option, ...] = ()
    needs: tuple[Option, ...] = ()
    tells: tuple[Option, ...] = ()
    suggests: tuple[Option, ...] = ()
    stays: bool = False
    wants_answer: bool = False
    answers: str = ""
    by_state: bool = True
    only_in: tuple[State, ...] = ()
    within: tuple[State, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether it takes a yes or no."""
        return ANSWER in self.options

    @property
    def events(self) -> tuple[str, ...]:
        """The rows of the state tables that it may be."""
        return (f"{self.event}-yes", f"{self.event}-no") if self.asks else (self.event,)

    @property
    def said_as(self) -> tuple[tuple[str, str], ...]:
        """Each answer ('' if there is none) with its row in the state tables."""
        return tuple(zip(("yes", "no") if self.asks else ("",), self.events, strict=True))

    @property
    def takes(self) -> tuple[Option, ...]:
        """Every option that it uses."""
        return (NOTE, *self.options)

    def command(self, answer: str = "", *, heard: bool = False) -> str:
        """Return what staff type, with a placeholder: "act {number} answer-condition --answer yes".

        ``heard``: as what the partner told us.
        """
        asked = [f"{ANSWER} {answer}"] if answer else []
        tells = () if heard else self.tells
        named = [option for option in (*self.needs, *tells) if option is not ANSWER]
        named += self.suggests if answer == "yes" else ()
        return " ".join(["act {number}", self.name, *asked, *(option.usage for option in named)])


def _answer(
    name: str,
    event: str,
    results: Results,
    *options: Option,
    needs: tuple[Option, ...] = (),
    tells: tuple[Option, ...] = (),
) -> Action:
    """An ILL-Answer."""
    return Action(
        name=name,
        role=Role.RESPONDER,
        event=event,
        message=ApduType.ILL_ANSWER,
        results=results,
        options=options,
        needs=needs,
        tells=tells,
    )


_Q, _R, _A = Role.REQUESTER, Role.RESPONDER, ApduType

WITH_US = (State.RECEIVED, State.RENEW_PENDING, State.OVERDUE, State.RENEW_OVERDUE, State.RECALL)
"""States of a borrowed loan in which it may be here: on the hold shelf, with the reader, or back."""

OF_AN_ITEM = (
    State.SHIPPED, State.RECEIVED, State.NOT_RECEIVED_OVERDUE, State.OVERDUE, State.RENEW_PENDING,
    State.RENEW_OVERDUE, State.RECALL, State.RETURNED, State.CHECKED_IN, State.LOST,
)  # fmt: skip
"""States of either side in which an item is, or was, on its way or with the borrower."""

ACTIONS = (
    Action(
        name="answer-condition", role=_Q, event="condition", message=_A.CONDITIONAL_REPLY,
        options=(ANSWER,), needs=(ANSWER,), answers="conditional",
    ),
    Action(
        name="receive", role=_Q, event="receive", message=_A.RECEIVED,
        options=(DATE, SERVICE, QUIET, WRONG, PARTIAL, BARCODE),
    ),
    Action(name="return", role=_Q, event="return", message=_A.RETURNED, options=(DATE, VIA, COST)),
    Action(name="renew", role=_Q, event="renew", message=_A.RENEW, options=(DATE,), wants_answer=True),
    Action(name="collected", role=_Q, event="collected", stays=True, within=WITH_US),
    Action(name="brought-back", role=_Q, event="brought-back", stays=True, within=WITH_US),
    Action(name="cancel", role=_Q, event="cancel", message=_A.CANCEL),
    Action(
        name="cancel-reply", role=_R, event="cancel", message=_A.CANCEL_REPLY,
        options=(ANSWER,), needs=(ANSWER,), answers="cancel",
    ),
    Action(
        name="ship", role=_R, event="ship", message=_A.SHIPPED,
        options=(DATE, SERVICE, COST, CONDITION, VIA, ATTACH, BARCODE),
    ),
    _answer("will-supply", "promise", Results.WILL_SUPPLY, DATE, REASON, COST, BARCODE),
    _answer("hold", "promise", Results.HOLD_PLACED, DATE, POSITION),
    _answer("conditional", "conditional", Results.CONDITIONAL, CONDITION, REASON, DATE, COST),
    _answer("unfilled", "unfilled", Results.UNFILLED, REASON),
    _answer("answer-retry", "unfilled", Results.RETRY, REASON, DATE, needs=(DATE,)),
    _answer("locations", "unfilled", Results.LOCATIONS_PROVIDED, LOCATION, REASON),
    _answer("estimate", "unfilled", Results.ESTIMATE, COST, tells=(COST,)),
    Action(
        name="forward", role=_R, event="forward", message=_A.FORWARD_NOTIFICATION, options=(TO,), tells=(TO,)
    ),
    Action(name="check-in", role=_R, event="check-in", message=_A.CHECKED_IN, options=(DATE,)),
    Action(
        name="renew-reply", role=_R, event="renew", message=_A.RENEW_ANSWER,
        options=(ANSWER, DATE), needs=(ANSWER,), suggests=(DATE,), answers="renew",
    ),
    Action(name="overdue", role=_R, event="overdue", message=_A.OVERDUE, options=(DATE, LEVEL)),
    Action(name="recall", role=_R, event="recall", message=_A.RECALL, options=(DATE,)),
    Action(name="lost", role=None, event="lost", message=_A.LOST),
    Action(name="found", role=None, event="found", message=_A.MESSAGE, only_in=(State.LOST,)),
    Action(
        name="damaged", role=None, event="damaged", message=_A.DAMAGED, options=(REASON,),
        stays=True, only_in=OF_AN_ITEM,
    ),
    Action(
        name="message", role=None, event="message", message=_A.MESSAGE,
        needs=(NOTE,), stays=True, wants_answer=True,
    ),
    Action(
        name="query", role=None, event="query", message=_A.STATUS_QUERY, stays=True, wants_answer=True
    ),
    Action(name="close", role=None, event="close", stays=True),
    Action(name="put-off", role=None, event=PUT_OFF, options=(DATE,), by_state=False),
    Action(name="show-again", role=None, event=SHOWN_AGAIN, by_state=False),
    Action(name="undo", role=None, event="UNDONE", by_state=False),
)  # fmt: skip
"""In the order in which a librarian looks for them; the first of those with one event is its meaning."""

BY_NAME: Mapping[str, Action] = MappingProxyType({action.name: action for action in ACTIONS})

OF_ROLE: Mapping[Role, Mapping[str, Action]] = MappingProxyType(
    {role: MappingProxyType({one.name: one for one in ACTIONS if one.role in (role, None)}) for role in Role}
)
"""The actions of each side, by name."""

STAYS = frozenset(action.event for action in ACTIONS if action.stays)
WITHIN: Mapping[str, tuple[State, ...]] = {action.event: action.within for action in ACTIONS if action.within}
ONLY_IN: Mapping[str, tuple[State, ...]] = {one.event: one.only_in for one in ACTIONS if one.only_in}
WANTS_ANSWER = frozenset(action.name for action in ACTIONS if action.wants_answer)

_ROW: Mapping[str, Action] = {
    action.event: action for action in reversed(ACTIONS) if action.results is not None
}
SAID_BESIDE: Mapping[Results, str] = MappingProxyType(
    {one.results: one.name for one in ACTIONS if one.results is not None and one is not _ROW[one.event]}
)
"""Answers that share a row of the state tables with another meaning, and the actions for them."""

# A request is placed by a verb of its own and only repeated as an act; a timer expires.
_SAYABLE = (*(action.name for action in ACTIONS if action.by_state), "request", "expire")


AT_THE_DESK = "desk"
"""The door of what a person does in a browser, as the history keeps it."""
BY_MAIL = "mail"
HEARD_BY = ("phone", "post", "portal", BY_MAIL)
"""How a partner told staff what they record. What it wrote by mail is dealt with when that is recorded."""


def event_said(action: str, answer: bool | None = None) -> str:
    """Return the row of an action of ours.

    Raise LocalFault with the choices if there is no such action, or if its yes or no is missing.
    """
    if action not in _SAYABLE:
        raise LocalFault(sentence("no-act", action=action, known=", ".join(_SAYABLE)), _SAYABLE)
    known = BY_NAME.get(action)
    if known is None:
        return action
    if not known.asks:
        return known.event
    if answer is None:
        raise LocalFault(sentence("act-needs-answer", action=action), ("yes", "no"))
    return known.events[0 if answer else 1]
