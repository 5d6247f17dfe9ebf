"""The kinds of slips: whose requests they are printed for, and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mailproc.flow.advance.steps import state_of
from mailproc.ill.actions import WITH_US
from mailproc.ill.events import BAND_PRINTED, LABEL_PRINTED, PULL_PRINTED
from mailproc.ill.message_content import WRONG
from mailproc.ill.terms import Role, Service, State
from mailproc.ill.whereabouts import BROUGHT_BACK, is_for_reader
from mailproc.store.rows import Transaction

LATELY = timedelta(days=14)
"""So long after its attempt has ended a slip is still new: later, the item has long gone."""


class SlipKind(StrEnum):
    """As staff name them."""

    PULL = "pull"
    BANDS = "bands"
    LABELS = "labels"


@dataclass(frozen=True)
class SlipRule:
    """``template``: its name; ``event``: by which it is recorded as printed. It is for attempts of this
    ``role``, of these ``services``, in these ``states``, which ``fits`` accepts, unless staff have closed
    them. ``ended``: states too, in which nothing is left to do but the slip: it is new only ``LATELY``."""

    template: str
    event: str
    role: Role
    services: tuple[Service, ...]
    states: tuple[State, ...]
    fits: Callable[[Transaction], bool]
    ended: tuple[State, ...] = ()

    def is_for(self, transaction: Transaction) -> bool:
        """Return whether the slip of this attempt would say something true now."""
        row = transaction
        known = row.role is self.role and row.service in self.services
        stands = row.state in (*self.states, *self.ended) and row.closed_at is None
        return known and stands and self.fits(row)


def _has_come(transaction: Transaction) -> bool:
    """Return whether the item that is here is for its reader: another one, or one that is back, is not."""
    return is_for_reader(state_of(transaction))


def _goes_back(transaction: Transaction) -> bool:
    current = state_of(transaction)
    return current.state is State.RETURNED or current.flaw == WRONG or current.whereabouts == BROUGHT_BACK


RULES: Mapping[SlipKind, SlipRule] = {
    SlipKind.PULL: SlipRule(
        "slip/pull", PULL_PRINTED, Role.RESPONDER, (Service.LOAN, Service.COPY), (State.IN_PROCESS,),
        lambda _transaction: True,
    ),
    SlipKind.BANDS: SlipRule(
        "slip/band", BAND_PRINTED, Role.REQUESTER, (Service.LOAN,), WITH_US, _has_come
    ),
    SlipKind.LABELS: SlipRule(
        "slip/label", LABEL_PRINTED, Role.REQUESTER, (Service.LOAN,), WITH_US, _goes_back, (State.RETURNED,)
    ),
}  # fmt: skip


def kind_of(template: str) -> SlipKind | None:
    """Return the kind whose text is the template at ``template`` ("de/slip/pull.txt"); None of another."""
    name = template.partition("/")[2].removesuffix(".txt")
    return next((kind for kind, rule in RULES.items() if rule.template == name), None)
