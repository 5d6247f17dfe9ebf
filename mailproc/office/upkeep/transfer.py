"""Copy the store into an empty one on PostgreSQL; both must verify and hold the same."""

from dataclasses import dataclass

from mailproc.errors import LocalFault
from mailproc.flow.advance.verify import Verified, verify_all
from mailproc.sentence import sentence
from mailproc.store import store_identity, store_transfer
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


def transfer(store: Store, target: Store, progress: Progress) -> Transferred:
    """Copy every row. The service must not run on either.

    The store is only read. Interrupted, the target is empty, and the copy is begun again. Raise LocalFault,
    TryLater and NoRoom.
    """
    if store.path is None or target.path is not None:
        raise LocalFault(sentence("copy-kinds"))
    with daemon_lock(store), daemon_lock(target):
        store_transfer.refuse_if_in_use(target)
        store_transfer.copy(store, target, progress)
        tables = store_transfer.compared(store, target)
        done = Transferred(tables, verify_all(store), verify_all(target))
        target.write(lambda connection: store_identity.note_counters(connection, there=False))
        return done
