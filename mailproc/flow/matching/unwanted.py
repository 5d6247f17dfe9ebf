"""Whether a loan that comes is wanted by nobody any more, so that it must go back."""

from mailproc.flow.case import Case
from mailproc.flow.matching import item_received
from mailproc.ill.terms import Role, Service, State


def is_unwanted(case: Case) -> bool:
    """Return whether the request was ended, or this order was, or its reader was told of another's item."""
    if case.current.role is not Role.REQUESTER or case.current.service is not Service.LOAN:
        return False
    ended = (item_received.was_closed, item_received.we_cancelled)
    if case.current.state is State.CANCELLED or any(of(case.connection, case.id) for of in ended):
        return True
    return item_received.told_of_another(case.connection, case.transaction) is not None
