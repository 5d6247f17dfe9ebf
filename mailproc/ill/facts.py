"""What a step needs beside the state and the content of a message.

It is looked up before the step and stored with the event, so the step can be computed again from the event
alone. The values are JSON as in the store: days are ISO 8601, an APDU is its JSON (``apdu_json``). A fact
that does not hold is left out: no field is ever None but ``attention``, and rows of an older release may lack
any of them.
"""

from collections.abc import Mapping
from typing import Any, TypedDict

from mailproc.ill.apdu_json import ApduJson, MoneyJson


class Promise(TypedDict, total=False):
    """Of an answer that will be filled.

    ``what`` is the name of its result (WILL_SUPPLY, HOLD_PLACED), ``position`` its place on the waiting list,
    ``date`` the promised day.
    """

    what: str
    position: int
    date: str


class LoanTerms(TypedDict, total=False):
    """On what terms the lender lets us have the item (Supply-Details of a Shipped, and what came later).

    ``condition``: the name of Shipped-Conditions. ``insured_for``: on its way here; ``return_insurance``: on
    its way back. ``no_renewal``: why asking for a renewal makes no sense any more (``ill/loan_terms.py``).
    """

    condition: str
    insured_for: MoneyJson
    return_insurance: MoneyJson
    no_renewal: str


class StateJson(TypedDict, total=False):
    """A ``TransactionState`` as JSON: enums by name."""

    service: str
    state: str
    state_before: str
    due_on: str
    renewable: bool
    promise: Promise
    agreed: list[Any]
    offered: list[Any]
    renewal_on: str
    unsent: bool
    whereabouts: str
    loan_terms: LoanTerms
    flaw: str
    closed: bool


class RequestRefusal(TypedDict):
    """Why a request is answered Unfilled before staff see it: ``reason`` is Reason-Unfilled."""

    reason: str
    note: str


class LetterFacts(TypedDict, total=False):
    """Of a received message, from its letter.

    ``listener``: our role, if the letter came from ourselves; ``adopted``: the sender's address, if
    config.toml does not have the library that has the request now; ``unsure``: its reply code is unknown;
    ``file``: the order file it is about; ``by_hand``: staff attached it to this request, so anybody may have
    written it; ``put_here``: staff attached it, or a message of it, and may take it off again; ``foreign``:
    its sender is no address of the partner; ``withheld``: only staff may release it; ``told_on``: the day on
    which its sender was told that we know no such request; ``matched_by``: people wrote it, and what in it
    named the request (in-reply-to | subject | text | quoted); ``documents``: how many came with it;
    ``several``: its letter is about other requests too; ``link``: it says where a document waits;
    ``answered_at_once``: its sender heard at once, on the same line, that it is refused; ``elsewhere``: our
    people did it in the hub's pages, so nothing is sent.
    """

    listener: str
    adopted: str
    unsure: bool
    file: str
    by_hand: bool
    put_here: bool
    foreign: bool
    withheld: bool
    told_on: str
    matched_by: str
    documents: int
    several: bool
    link: bool
    answered_at_once: bool
    elsewhere: bool


class RepeatFacts(TypedDict, total=False):
    """Of a message that may have come before.

    ``repeat``: it did; ``delivered_again``: in the very same form; ``answer``: what we answered then;
    ``same_time``: another message has this service time; ``unclear``: it may confirm what staff recorded by
    telephone; ``old_responder``: of a library that has forwarded the request.
    """

    repeat: bool
    delivered_again: bool
    answer: str
    same_time: bool
    unclear: bool
    old_responder: bool


class NotToldFact(TypedDict):
    """Something of a message of ours that its wire does not carry: its field, and what is missing of it."""

    field: str
    words: str


class ContentFacts(TypedDict, total=False):
    """What follows from the content of a message.

    Of an Unfilled: ``follows`` (next | ask | wait | locations), ``too_late``: no longer needed. Of a Shipped:
    the day ``on`` which it came; ``to_us``: a copy, sent to an address of ours; its ``terms`` (or of a
    receipt: what had been named before);
    ``due_passed``: it names a due date that is over, or that a renewal has moved, as far as words tell;
    ``renewed_since``: its time is before that renewal.
    ``renewal_on``: until then the lender renews automatically; ``unreminded``: which keeps back the reader's
    reminder before that day; ``waited_for``: it will not renew, as others
    wait; ``unasked``: it refuses a renewal that it had announced itself, or nobody asked for; ``no_later``:
    it renews, but the reader's own date does not move. Of a request: ``same_item``: it repeats the one we
    have; ``refused``; ``unknown_words``. Of a demand: ``early``: before the due date; ``guessed``: that date
    is our own, because the lender had named none; ``last_demand``: the lender's last. ``here``: the item is
    here; ``reader_waits``: the reader was told of no end, and nobody else can be asked; ``no_library``:
    because no library can supply it; ``somebody_left``: another library can be asked. Of an Unfilled:
    ``we_cancelled``: we had asked to stop it. Of a Shipped that staff record: ``right_one``: the wrong item
    went back before; ``next_asked``: and another library was asked. For our reply: ``last_said``: by reply
    name, our last such APDU; ``history``: a History-Report. ``answered``: our automatic answers;
    ``not_told``: what is not carried of our messages.
    """

    follows: str
    too_late: bool
    on: str
    to_us: bool
    due_passed: bool
    renewed_since: bool
    terms: LoanTerms
    renewal_on: str
    unreminded: bool
    waited_for: bool
    unasked: bool
    no_later: bool
    same_item: bool
    refused: RequestRefusal
    unknown_words: list[str]
    early: bool
    guessed: bool
    last_demand: bool
    here: bool
    somebody_left: bool
    we_cancelled: bool
    right_one: bool
    next_asked: bool
    reader_waits: bool
    no_library: bool
    last_said: dict[str, ApduJson]
    history: dict[str, str]
    answered: list[str]
    not_told: list[NotToldFact]


class AttachedJson(TypedDict):
    """A file that staff send with an action. ``type``: its short name (``mail/content_type.py``)."""

    digest: str
    size: int
    type: str
    name: str


class ChargeFact(TypedDict):
    """Money that staff record: its kind and status (``ill/charges.py``)."""

    kind: str
    status: str
    money: MoneyJson


class ActFacts(TypedDict, total=False):
    """Of an action of ours.

    The state and the ``attention`` that it ``found``, and what it ``withdrew`` (intents): an undo restores
    them, and names the event that it has ``undone``.
    ``passed_on``: digests of files that staff send on to the reader.
    ``letter_left``: an order has left, or may have;
    ``came_back``: every order that left came back undelivered;
    ``acknowledged``: the reader was told that we have the request;
    ``first``: nobody was asked before; ``due_on``: our own, if the lender named none; ``again``: it was
    repeated; ``anyway``: staff were warned and insist; ``over_limit``: what the borrower pays at most, where
    the price is above it; ``not_due``: the day to come on which a loan is due that is called overdue;
    ``no_renewal``: why a renewal should not be asked for; ``charge``: money that staff record; ``goes_on``:
    cancelled only to be ordered in another way; ``remark`` of staff; ``aside``: the program wrote that note,
    nobody has dealt with anything by it; ``quiet``: the reader is not told; ``unwanted``: and nobody waits
    for what has come; ``cost_open``: more was charged for a lost item than paid; ``cost_settled``: that is
    over; ``charged``: money, for one that is back; ``from_letter``: the received letter that made policy act;
    ``attached``: files that go with it. Of a receipt: ``wrong``, ``partial``: another item came, or only a
    part; ``told_here``: the reader was told that it had come. Of a due date that staff correct: ``due_on``,
    the new one. ``wanted_by``: the day that a recall names; ``another_day``: not the one that we
    knew. Of a request that staff entered later: ``asked_on``, the day on which the partner asked. Of a
    redirection: ``symbol`` and ``address`` of the library that has the request now. ``barcode``: of the item,
    for the library system. ``not_looked_up``: why that said nothing of the reader (``sentence.stored``).
    ``address_differs``: the request names another e-mail address than is stored of its reader.
    Of what staff do with a letter: ``letter`` (I12), and the ``number`` that it was assigned to.
    """

    barcode: str
    found: StateJson
    attention: list[str] | None
    withdrew: list[int]
    passed_on: list[str]
    undone: int
    letter_left: bool
    acknowledged: bool
    first: bool
    due_on: str
    quiet: bool
    unwanted: bool
    cost_open: bool
    charged: bool
    cost_settled: bool
    again: bool
    anyway: bool
    over_limit: str
    not_due: str
    no_renewal: str
    charge: ChargeFact
    goes_on: bool
    remark: str
    aside: bool
    wrong: bool
    partial: bool
    told_here: bool
    from_letter: int
    wanted_by: str
    another_day: bool
    asked_on: str
    came_back: bool
    attached: list[AttachedJson]
    symbol: str
    address: str
    not_looked_up: str
    address_differs: bool
    letter: str
    number: str


class TimerFacts(TypedDict, total=False):
    """Of a timer.

    The day ``of`` which it counts, and the ``level`` of its reminder; ``with_us``: the reader does not have
    the item, so staff are asked; ``unprinted``: the reminder before it waits to be printed, so there is none;
    ``outdated``: it no longer follows from the state; ``say``: the APDU that is repeated automatically,
    ``say_first``: the one before it; ``may_chase``: a Status-Query may be sent; ``renewal_answered``: with a
    day that is not after ours; ``asks_again``: the same lender may be asked again automatically.
    """

    of: str
    level: int
    with_us: bool
    unprinted: bool
    outdated: bool
    say: ApduJson
    say_first: ApduJson
    may_chase: bool
    renewal_answered: bool
    asks_again: bool


class Facts(LetterFacts, RepeatFacts, ContentFacts, ActFacts, TimerFacts, total=False):
    """All facts.

    For an event of our own letter, or a note: its ``text`` in English, the same in codes and values (``why``,
    made by ``sentence.stored``), and the letters it is about (``ours``).
    """

    text: str
    why: str
    ours: list[int]


_SAID_BEFORE = ("repeat", "delivered_again", "again", "old_responder")


def is_said_before(facts: Mapping[str, object] | None) -> bool:
    """Return whether it is said once more, or by a library that does not have the request any more.

    Nothing happened then.
    """
    return any((facts or {}).get(name) for name in _SAID_BEFORE)
