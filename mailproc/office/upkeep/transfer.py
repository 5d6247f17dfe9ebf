"""Copy the store into an empty one on PostgreSQL; both must verify and hold the same."""

from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.flow.advance.verify import Verified, verify
from mailproc.sentence import sentence
from mailproc.store import restored, store_identity, store_transfer, yearly_partitions
from mailproc.store.engine import Store
from mailproc.store.lock import daemon_lock
from mailproc.store.store_transfer import CopiedTable, Progress


@dataclass(frozen=True)
class Transferred:
    """``here``, ``there``: what `verify` finds in the store and in its copy."""

    tables: tuple[CopiedTable, ...]
    here: Verified
    there: Verified

    @property
    def is_equal(self) -> bool:
        return all(one.same for one in self.tables) and self.here == self.there


class _Unequal(Exception):  # no error of the program: it undoes the copy
    def __init__(self, done: Transferred) -> None:
        self.done = done


def transfer(store: Store, target: Store, progress: Progress) -> Transferred:
    """Copy every row, compare the two and verify both, in one transaction of the target.

    The store is only read. Interrupted, or if the two differ, the target is empty, and the copy is begun
    again. The service must not run on either. Raise LocalFault (also for a store that was put back from a
    copy and does not go on yet: the copy would), TryLater and NoRoom. Archives are copied first: they stay
    where they are if the copy is broken off.
    """
    if store.path is None or target.path is not None:
        raise LocalFault(sentence("copy-kinds"))
    with daemon_lock(store), daemon_lock(target):
        store.check_counters(alone=True)
        with store.read() as reading:
            if not restored.is_over(reading):
                raise LocalFault(sentence("restore-first"), ("mailproc restore", "mailproc restore --go"))
            if faults := target.archives.take_over(store.archives, store_identity.store_id(reading)):
                raise LocalFault(faults[0], also=faults[1:])
            try:
                return target.write(lambda writing: _transfer(reading, writing, target.shown, progress))
            except _Unequal as unequal:
                return unequal.done


def _transfer(reading: Connection, writing: Connection, shown: str, progress: Progress) -> Transferred:
    store_transfer.refuse_if_in_use(writing, shown)
    yearly_partitions.make(writing, yearly_partitions.years_in(reading))
    store_transfer.copy(reading, writing, progress)
    done = Transferred(store_transfer.compared(reading, writing), verify(reading), verify(writing))
    if not done.is_equal:
        raise _Unequal(done)
    store_identity.note_counters(writing, there=False)
    return done
