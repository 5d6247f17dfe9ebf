"""Reads letters of a folder by their UIDs: in groups, and around those that cannot be read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mailproc.store.skipped_letters import GONE, LARGE, SHORT, UNREAD, Passed
from mailproc.transport.imap_session import AT_ONCE, ImapSession, UnreadableLetters

T = TypeVar("T")
MOST_LARGE = 10  # letters too large in one look; from then on it is the server that says so of everything


@dataclass(frozen=True)
class Read:
    """What came of a group of letters. ``top`` is its highest UID; whoever is in ``passed`` as SHORT is also
    in ``bodies``."""

    top: int
    bodies: Mapping[int, bytes]
    passed: Sequence[Passed]


class Reader:
    """The letters of one look."""

    def __init__(self, session: ImapSession) -> None:
        self._session = session
        self._largest = session.largest
        self._large = 0

    def groups(self, sizes: Mapping[int, int | None]) -> Iterator[Read]:
        """These letters in the order of their UIDs, so many together as may be in memory at once."""
        for group in _groups(sizes, self._largest):
            yield self._read(group, sizes)

    def sizes(self, uids: Sequence[int]) -> dict[int, int | None]:
        """Octets of these letters; None where the server says none, or nothing of the letter."""
        unknown: dict[int, int | None] = dict.fromkeys(uids)
        unsaid: dict[int, str] = {}
        return unknown | halving(uids, self._session.sizes, unsaid.__setitem__)

    def _read(self, uids: Sequence[int], sizes: Mapping[int, int | None]) -> Read:
        passed = [large for uid in uids if (large := self._too_large(uid, sizes[uid]))]
        unwanted = {one.uid for one in passed}
        wanted = [uid for uid in uids if uid not in unwanted]
        failed: dict[int, str] = {}
        bodies = halving(wanted, self._session.bodies, failed.__setitem__)
        passed += [Passed(uid, UNREAD, reason) for uid, reason in failed.items()]
        for uid in wanted:
            if uid not in bodies and uid not in failed:
                passed.append(Passed(uid, GONE, "it was no longer there"))
            elif uid in bodies and len(bodies[uid]) < (sizes[uid] or 0):
                passed.append(Passed(uid, SHORT, f"{len(bodies[uid])} octets of {sizes[uid]} came"))
        return Read(uids[-1], bodies, passed)

    def _too_large(self, uid: int, size: int | None) -> Passed | None:
        if size is None or size <= self._largest:
            return None
        self._large += 1
        kind = LARGE if self._large <= MOST_LARGE else UNREAD
        return Passed(uid, kind, f"it has {size} octets, more than {self._largest}")


def halving(
    numbers: Sequence[int],
    ask: Callable[[Sequence[int]], dict[int, T]],
    failed: Callable[[int, str], None],
) -> dict[int, T]:
    """What can be read of these: a batch that fails is halved until the one to blame stands alone."""
    try:
        return ask(numbers) if numbers else {}
    except UnreadableLetters as error:
        if len(numbers) == 1:
            failed(numbers[0], str(error))
            return {}
    half = len(numbers) // 2
    return halving(numbers[:half], ask, failed) | halving(numbers[half:], ask, failed)


def _groups(sizes: Mapping[int, int | None], largest: int) -> Iterator[list[int]]:
    """Together few enough octets to be held in memory at once; what is too large is not fetched."""
    group: list[int] = []
    octets = 0
    for uid in sorted(sizes):
        size = sizes[uid]
        size = AT_ONCE if size is None else size if size <= largest else 0
        if group and octets + size > AT_ONCE:
            yield group
            group, octets = [], 0
        group.append(uid)
        octets += size
    if group:
        yield group
