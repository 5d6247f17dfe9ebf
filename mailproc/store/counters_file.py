"""What left the store, in a small file outside it: by that a store put back from a copy is known.

A copy knows nothing of what happened after it was made: it would send letters again and give numbers out a
second time. The file holds three things:

* ``reserved``: numbers of each counter that may have been given out. Durable before a number of them is
  committed, in blocks, so that most numbers cost nothing.
* ``given``: the last committed number of each counter, written after its COMMIT. A store that has counted
  less is a copy; one that has counted more is right (a crash came before the file was written).
* ``letter``, ``tried_at``: the letter that was last tried, and since when: written after the COMMIT that
  claims it and before it leaves. A store that does not know of this try is a copy.

The last two are written without waiting for the disk: a killed process loses nothing of them. A power cut may
lose what was written since the last ``sync``, 0.2 seconds while the service runs: numbers are reserved all
the same, but a copy that was made in between is not known as one.
"""

import errno
import fcntl
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from mailproc import private
from mailproc.errors import Misconfigured, NoRoom, TryLater

_log = logging.getLogger(__name__)

BLOCK = 1000
"""Numbers that are reserved at once: one wait for the disk for as many."""
SIZE = 1024
"""Octets of the file, always: it is written in place, with one write."""


@dataclass(frozen=True)
class LeftStore:
    """What the file says. ``tried_at`` is an aware instant; None if no letter was tried."""

    store_id: str
    given: Mapping[str, int] = field(default_factory=dict)
    reserved: Mapping[str, int] = field(default_factory=dict)
    letter: int = 0
    tried_at: datetime | None = None


class CountersFile:
    """The file of one store. Safe to use from any thread and process.

    It is the first of ``places`` that is there; otherwise it is made in the first that can be written.
    ``clock`` gives the present instant, for whoever finds a copy.
    """

    def __init__(self, places: Sequence[Path], clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.store_id = ""
        """Of which store it is; given by whoever opens that."""
        self.may_be_anothers = False
        """No store is known to have been here: the file of another one is set aside, not refused."""
        self._places = places
        self._reserved: dict[str, int] = {}
        self._alone = threading.Lock()
        self._number: int | None = None  # of the open file
        self._last = b"", LeftStore("")  # what was read last, so that it is not read again
        self._synced = b""

    @property
    def path(self) -> Path:
        """Where it is, or will be if the first place can be written."""
        return next((place for place in self._places if place.exists()), self._places[0])

    def read(self) -> LeftStore | None:
        """Return what it says; None if there is none.

        Raise Misconfigured for another store's, and for one that is broken or cannot be used.
        """
        left = self._found()
        if left is None or left.store_id == self.store_id:
            return left
        if not self.may_be_anothers:
            raise self._anothers(left)
        return None

    def _found(self) -> LeftStore | None:
        try:
            with self.path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH)  # nobody is half way through writing it
                return self._parsed(file.read())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Misconfigured(self._unusable(error)) from None

    def reserve(self, name: str, last: int) -> None:
        """Have the numbers up to ``last`` reserved on the disk before they are committed.

        Raise TryLater or NoRoom if they cannot be, and Misconfigured as ``read``.
        """
        if last <= self._reserved.get(name, 0):
            return

        def more(left: LeftStore) -> LeftStore:
            known = left.reserved.get(name, 0)
            return replace(left, reserved={**left.reserved, name: known if known >= last else last + BLOCK})

        try:
            self._reserved[name] = self._change(more, durable=True).reserved[name]
        except Misconfigured as error:  # since the start
            raise TryLater(f"no number can be given out: {error}") from None
        except OSError as error:
            kind = NoRoom if error.errno in (errno.ENOSPC, errno.EDQUOT) else TryLater
            raise kind(f"no number can be given out: {self._unusable(error)}") from None

    def committed(self, taken: "TakenNumbers") -> None:
        """Write what a COMMIT made true. A failure is logged: the file then says less, which does no harm."""

        def later(left: LeftStore) -> LeftStore:
            given = left.given
            if taken.numbers:
                given = {**given, **{name: max(last, given.get(name, 0)) for name, last in taken.numbers}}
            letter, tried_at = taken.letter or (left.letter, left.tried_at)
            return LeftStore(left.store_id, given, left.reserved, letter, tried_at)

        try:
            self._change(later, durable=False)
        except (OSError, Misconfigured) as error:
            _log.error("%s", self._unusable(error) if isinstance(error, OSError) else error)

    def begin(self, left: LeftStore) -> None:
        """Let it say this from now on, durably: the store is the right one. Raise Misconfigured and NoRoom.

        The file of another store, if it may be one, is set aside.
        """
        try:
            if self.may_be_anothers and (found := self._found()) and found.store_id != self.store_id:
                _set_aside(self.path, found.store_id[:8])
            self._change(lambda _: left, durable=True)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoRoom(self._unusable(error)) from None
            raise Misconfigured(self._unusable(error)) from None
        self._reserved = dict(left.reserved)

    def _change(self, change: Callable[[LeftStore], LeftStore], *, durable: bool) -> LeftStore:
        with self._locked() as number:
            octets, now = self._last
            if (found := os.pread(number, SIZE, 0)) != octets:
                now = self._parsed(found)
            if now.store_id != self.store_id:
                raise self._anothers(now)
            then = change(now)
            written = found if then == now else _octets(then)
            with _undone_if_it_fails(number, found):
                if written is not found:
                    os.pwrite(number, written, 0)
                if durable:
                    os.fdatasync(number)
            self._last = written, then
            if durable:
                self._synced = written
            return then

    def sync(self) -> None:
        """Bring to the disk what was written without waiting for it; make the file again if it was deleted.

        A failure is logged.
        """
        try:
            with self._alone:
                if self._number is None or (self._last[0] == self._synced and not self._is_deleted()):
                    return
                written, number = self._last[0], os.dup(self._kept())  # no letter waits for this
            try:
                os.fdatasync(number)
            finally:
                os.close(number)
            self._synced = written  # not before: what failed is tried again
        except OSError as error:
            _log.error("%s", self._unusable(error))

    def close(self) -> None:
        """Close the file; the next change opens it again."""
        self.sync()
        self._forget()

    def _forget(self) -> None:
        number, self._number = self._number, None
        if number is not None:
            os.close(number)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        with self._alone:
            number = self._kept()
            fcntl.flock(number, fcntl.LOCK_EX)
            try:
                yield number
            finally:
                fcntl.flock(number, fcntl.LOCK_UN)

    def _kept(self) -> int:
        """Return the open file, opened again if it was deleted or replaced."""
        if self._is_deleted():
            self._forget()
            self._reserved.clear()
        if self._number is None:
            self._number = self._opened()
        return self._number

    def _is_deleted(self) -> bool:
        return self._number is not None and not os.fstat(self._number).st_nlink

    def _opened(self) -> int:
        for place in self._places:
            with suppress(FileNotFoundError, NotADirectoryError):
                return os.open(place, os.O_RDWR | os.O_CLOEXEC)
        place = next((one for one in self._places[:-1] if self._may_hold(one.parent)), self._places[-1])
        private.make_folder(place.parent)
        known = self._last[1]  # it was deleted under this process, or is a new one
        _make(place, _octets(known if known.store_id == self.store_id else LeftStore(self.store_id)))
        return os.open(place, os.O_RDWR | os.O_CLOEXEC)

    def _may_hold(self, folder: Path) -> bool:
        """Whether the folder belongs to whoever has that of the last place, and can be written.

        What root makes elsewhere could not be opened by the service's user.
        """
        try:
            same = os.stat(folder).st_uid == os.stat(self._places[-1].parent).st_uid
        except OSError:
            return False
        return same and os.access(folder, os.W_OK | os.X_OK)

    def _parsed(self, content: bytes) -> LeftStore:
        try:
            return _left(json.loads(content))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise Misconfigured(
                f"store.counters: {self.path}, which says what left the store, is broken: put it back,"
                " or delete it; without it the store is held until `mailproc restore --go`"
            ) from None

    def _anothers(self, left: LeftStore) -> Misconfigured:
        return Misconfigured(
            f"store.counters: {self.path} is the file of another store ({left.store_id[:8]}, not"
            f" {self.store_id[:8]}): give each store a file of its own, or delete this one"
        )

    def _unusable(self, error: OSError) -> str:
        path = self.path
        return f"store.counters: {path} cannot be written ({error.strerror}); {private.belongs(path)}"


@contextmanager
def _undone_if_it_fails(number: int, before: bytes) -> Iterator[None]:
    """Write what was there before if the disk failed: the next one who reads it takes it for durable."""
    try:
        yield
    except OSError:
        with suppress(OSError):
            os.pwrite(number, before, 0)
        raise


Mark = tuple[int, tuple[int, datetime] | None]
"""What a transaction had taken at one moment: how many numbers, and which letter."""


class TakenNumbers:
    """What the present transaction of a connection takes; forgotten with what is undone."""

    def __init__(self, file: CountersFile) -> None:
        self.numbers: list[tuple[str, int]] = []
        self.letter: tuple[int, datetime] | None = None
        self._file = file

    def number(self, name: str, last: int) -> None:
        """Note that the numbers of ``name`` up to ``last`` are taken; they are reserved on the disk."""
        self._file.reserve(name, last)
        self.numbers.append((name, last))

    def tried(self, outgoing_id: int, at: datetime) -> None:
        """Note that the letter is about to leave; ``at`` is stored with it."""
        self.letter = outgoing_id, at

    def mark(self) -> Mark:
        """What is noted so far: for ``forget``."""
        return len(self.numbers), self.letter

    def forget(self, since: Mark = (0, None)) -> None:
        """Forget what was undone: all that was noted after ``since``."""
        count, self.letter = since
        del self.numbers[count:]

    def end(self) -> None:
        """Write what was committed, and begin again."""
        if self.numbers or self.letter is not None:
            self._file.committed(self)
        self.numbers, self.letter = [], None


def _set_aside(file: Path, store: str) -> None:
    """Rename it to the name of its store; an earlier one there stays."""
    aside = file.with_name(f"{file.name}.{store}")
    others = (aside.with_name(f"{aside.name}-{number}") for number in count(2))
    file.rename(next(name for name in chain([aside], others) if not name.exists()))


def _make(place: Path, content: bytes) -> None:
    """Make the file whole or not at all. Of two processes at once the second finds it made."""
    unfinished = place.with_name(f"{place.name}.unfinished-{os.getpid()}")
    try:
        unfinished.unlink(missing_ok=True)
        number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, private.FILE)
        try:
            os.write(number, content)
            os.fsync(number)
        finally:
            os.close(number)
        with suppress(FileExistsError):
            os.link(unfinished, place)
        private.sync_folder(place.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def _octets(left: LeftStore) -> bytes:
    value = {
        "store": left.store_id,
        "given": left.given,
        "reserved": left.reserved,
        "letter": left.letter,
        "tried_at": left.tried_at.isoformat() if left.tried_at else "",
    }
    return json.dumps(value).encode("ascii").ljust(SIZE - 1) + b"\n"


def _left(value: Any) -> LeftStore:
    given, reserved = (
        {str(name): int(last) for name, last in value[key].items()} for key in ("given", "reserved")
    )
    at = datetime.fromisoformat(value["tried_at"]) if value["tried_at"] else None
    return LeftStore(str(value["store"]), given, reserved, int(value["letter"]), at)
