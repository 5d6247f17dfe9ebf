"""What a step has to know beside the state and the words of a letter.

It is looked up before the step and stored with the event, so the step can be computed again from the event
alone. The values are JSON as the store holds them: days are ISO 8601, an APDU is its JSON (``apdu_json``).
What is not so is left out: no field is ever None but ``attention``, and rows of an older release may lack
any of them.
"""

from typing import Any, TypedDict

from mailproc.ill.apdu_json import ApduJson


class Promise(TypedDict, total=False):
    """Of an answer that will be filled: ``what`` is the name of its result (WILL_SUPPLY, HOLD_PLACED),
    ``position`` its place on the waiting list, ``date`` the day that it names."""

    what: str
    position: int
    date: str


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
    closed: bool


class RequestRefusal(TypedDict):
    """Why a request is answered Unfilled before anybody looks at it: ``reason`` is Reason-Unfilled."""

    reason: str
    note: str


class LetterFacts(TypedDict, total=False):
    """Of a message that came in, from the letter that brought it.

    ``listener``: our role, where the letter came from ourselves; ``adopted``: the sender's address, where
    config.toml does not know the library that has the request now; ``unsure``: its reply code is unknown;
    ``file``: the order file that it is about; ``by_hand``: staff put it to this request, so it may be
    anybody's; ``withheld``: only staff may release it; ``told_on``: the day on which its sender was told
    that we know of no such request.
    """

    listener: str
    adopted: str
    unsure: bool
    file: str
    by_hand: bool
    withheld: bool
    told_on: str


class RepeatFacts(TypedDict, total=False):
    """Was it said before? ``repeat``: yes; ``delivered_again``: by the very same letter; ``answer``: what we
    answered then; ``same_time``: another message has this service time; ``unclear``: it may be the letter to
    what staff were told by telephone; ``old_responder``: of a library that has passed the request on."""

    repeat: bool
    delivered_again: bool
    answer: str
    same_time: bool
    unclear: bool
    old_responder: bool


class ContentFacts(TypedDict, total=False):
    """What follows from the content of a message.

    Of an Unfilled: ``follows`` (next | ask | wait | locations), ``too_late``: nobody needs it any more. Of
    a Shipped: the day ``on`` which it came. ``renewal_on``: until then the lender renews by itself. Of a
    request: ``same_item``: it repeats the one we have; ``refused``; ``unknown_words``. Of a demand:
    ``early``: it comes before the due date. ``here``: the item is here; ``reader_waits``: the reader has
    heard of no end, and nobody else can be asked. For our reply: ``last_said``: by reply name, the last such
    APDU of ours; ``history``: a History-Report. ``answered``: what we said to it by ourselves.
    """

    follows: str
    too_late: bool
    on: str
    renewal_on: str
    same_item: bool
    refused: RequestRefusal
    unknown_words: list[str]
    early: bool
    here: bool
    reader_waits: bool
    last_said: dict[str, ApduJson]
    history: dict[str, str]
    answered: list[str]


class ActFacts(TypedDict, total=False):
    """Of an act of ours: the standing and the ``attention`` that it ``found``, and what it ``withdrew``
    (intents): an undo puts them back, and names the event that it has ``undone``. ``letter_left``: an order
    is, or may be, out of the house; ``due_on``: our own, where the lender named none; ``again``: it was said
    once more; ``goes_on``: given up only to be ordered in another way; ``remark`` of staff; ``from_letter``:
    the letter that came in which made policy act. Of a redirection: ``symbol`` and ``address`` of the
    library that has the request now."""

    found: StateJson
    attention: list[str] | None
    withdrew: list[int]
    undone: int
    letter_left: bool
    due_on: str
    again: bool
    goes_on: bool
    remark: str
    from_letter: int
    symbol: str
    address: str


class TimerFacts(TypedDict, total=False):
    """Of a timer: the day ``of`` which it counts, and the ``level`` of its reminder; ``outdated``: it no
    longer follows from the state; ``say``: the APDU that goes out again by itself, ``say_first``: the one
    before it; ``may_chase``: a Status-Query may be sent."""

    of: str
    level: int
    outdated: bool
    say: ApduJson
    say_first: ApduJson
    may_chase: bool


class Facts(LetterFacts, RepeatFacts, ContentFacts, ActFacts, TimerFacts, total=False):
    """All of them. Of what became of our own letter, or of a note: its ``text`` in English, the same
    in codes and values (``why``, made by ``sentence.stored``), the letters that it is about (``ours``)."""

    text: str
    why: str
    ours: list[int]
