"""ILL-Answer: transaction-results tells which alternative of results-explanation holds the details."""

from typing import Any, NamedTuple

from mailproc.errors import LocalFault
from mailproc.ill.apdu import Condition, IllAnswer
from mailproc.ill.terms import Results
from mailproc.protocols.field_codec import (
    ApduField,
    Pair,
    Tree,
    field,
    listed,
    read_fields,
    record,
    write_fields,
)
from mailproc.protocols.iso10161 import losses
from mailproc.protocols.iso10161.fields.dates import DATE
from mailproc.protocols.iso10161.fields.enumerations import (
    CONDITION,
    LOCATIONS_REASON,
    REASON,
    RETRY_REASON,
    SUPPLY_REASON,
)
from mailproc.protocols.iso10161.fields.money import AMOUNT_IN_WORDS, OTHER_WORDS
from mailproc.protocols.iso10161.fields.parties import LOCATION
from mailproc.sentence import sentence

LOCATIONS = listed(LOCATION)
SEND_TO = listed(Pair(lambda entry: LOCATION.read({"location-id": entry["system-id"]}), LOCATION.write))
"""Send-To-List-Type, read as locations; ours are written in the explanation."""
_locations = field("locations", "locations", LOCATIONS)
_condition = record(
    Condition, (field("condition", "conditions", CONDITION), field("reply_by", "date-for-reply", DATE))
)


class Explanation(NamedTuple):
    """One alternative of results-explanation.

    ``always``: components it must have, if the answer names none; ``needs``: the component that only the
    lender knows, and the field that holds it.
    """

    name: str
    fields: tuple[ApduField, ...]
    always: Tree
    needs: tuple[str, str] = ("", "")


EXPLANATIONS = {
    Results.CONDITIONAL: Explanation("conditional-results", (_locations,), {"conditions": 27}),
    Results.RETRY: Explanation(
        "retry-results",
        (
            field("reason", "reason-not-available", RETRY_REASON),
            field("retry_on", "retry-date", DATE),
            _locations,
        ),
        {},
    ),
    Results.UNFILLED: Explanation(
        "unfilled-results", (field("reason", "reason-unfilled", REASON), _locations), {"reason-unfilled": 27}
    ),
    Results.LOCATIONS_PROVIDED: Explanation(
        "locations-results",
        (field("reason", "reason-locs-provided", LOCATIONS_REASON), _locations),
        {},
        ("locations", "locations"),
    ),
    Results.WILL_SUPPLY: Explanation(
        "will-supply-results",
        (
            field("reason", "reason-will-supply", SUPPLY_REASON),
            field("supply_on", "supply-date", DATE),
            _locations,
        ),
        {"reason-will-supply": 26},
    ),
    Results.HOLD_PLACED: Explanation(
        "hold-placed-results",
        (field("supply_on", "estimated-date-available", DATE), _locations),
        {},
        ("estimated-date-available", "supply_on, the date when it may be available"),
    ),
    Results.ESTIMATE: Explanation(
        "estimate-results",
        (
            field("cost_estimate", "cost-estimate", AMOUNT_IN_WORDS),
            field("cost_words", "cost-estimate", OTHER_WORDS),
            _locations,
        ),
        {},
        ("cost-estimate", "cost_estimate"),
    ),
}
"""In numbers, 27 is "other", 26 "being-processed-for-supply"."""

_EXPLAINED = (Results.CONDITIONAL, Results.LOCATIONS_PROVIDED, Results.HOLD_PLACED, Results.ESTIMATE)
"""Answers that need an explanation (comments of the ASN.1 module; Hold-Placed because of its date)."""


def read(tree: Tree, values: dict[str, Any], unread: dict[str, str]) -> None:
    """Add what results-explanation and send-to-list say.

    An explanation that does not match the results is left unmapped.
    """
    results = values.get("results")
    alternative, inner = tree.get("results-explanation", ("", {}))
    if results is not None and alternative == EXPLANATIONS[results].name:
        problems: dict[str, str] = {}
        values.update(read_fields(EXPLANATIONS[results].fields, inner, problems))
        unread.update({f"results-explanation/{alternative}/{at}": why for at, why in problems.items()})
        if results is Results.CONDITIONAL:
            values["conditions"] = (_condition.read(inner),)
    elif alternative:
        return
    if "locations" not in values and (others := SEND_TO.read(tree.get("send-to-list", []))):
        values["locations"] = others


def write(answer: IllAnswer, tree: Tree) -> None:
    name, fields, _, _ = EXPLANATIONS[answer.results]
    inner = write_fields(fields, answer)
    if answer.results is Results.CONDITIONAL and (answer.conditions or answer.reason):
        inner.update(_condition.write(_the_condition(answer)))
    if inner:
        tree["results-explanation"] = (name, inner)
    losses.write_position(answer, tree)


def complete(answer: IllAnswer, tree: Tree) -> None:
    """Add mandatory components. Raise LocalFault if only the lender knows one."""
    name, _, always, (component, said_by) = EXPLANATIONS[answer.results]
    alternative, inner = tree.get("results-explanation", (name, {}))
    if alternative != name or (not inner and answer.results not in _EXPLAINED):
        return
    inner = always | inner
    if component and component not in inner:
        raise LocalFault(sentence("answer-needs", answer=str(answer.results), field=said_by))
    tree["results-explanation"] = (name, inner)


def _the_condition(answer: IllAnswer) -> Condition:
    """Return the one condition that the wire has room for; without one, the reason is the condition."""
    return next(iter(answer.conditions), Condition(condition=answer.reason or "other"))
