"""What the parts of the desk have in common."""

from dataclasses import dataclass

from mailproc.flow.context import Context
from mailproc.store.engine import Store


@dataclass(frozen=True)
class DeskRoom:
    """One subject of the desk: its questions and its acts. Each call may take long and belongs into a thread
    of its own. All raise TryLater, and LocalFault where a thing is not there or an act is refused."""

    store: Store
    context: Context
