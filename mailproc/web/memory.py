"""What the desk keeps in memory for a session: an answer for the next page, a form, what was typed into Find.

None of it is an event; all may be lost with the process, and it is bounded. A reader's name that was typed
stands in no address, which proxies log.
"""

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Generic, TypeVar

from mailproc.office.desk.scanning import ScanAnswer
from mailproc.web.kept_forms import KeptForms

MOST = 1000

V = TypeVar("V")


class Kept(Generic[V]):
    """Values by a session's token and a name; the oldest are forgotten."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[tuple[str, str], V] = {}

    def put(self, token: str, name: str, value: V) -> None:
        """Keep the value in the place of an older one."""
        with self._lock:
            self._put(token, name, value)

    def get(self, token: str, name: str) -> V | None:
        """Return the value; None if there is none."""
        with self._lock:
            return self._values.get((token, name))

    def change(self, token: str, name: str, changed: Callable[[V | None], V]) -> None:
        """Keep what ``changed`` makes of the value, None if there is none."""
        with self._lock:
            self._put(token, name, changed(self._values.get((token, name))))

    def take(self, token: str, name: str) -> V | None:
        """Return the value, and keep it no longer."""
        with self._lock:
            return self._values.pop((token, name), None)

    def _put(self, token: str, name: str, value: V) -> None:
        self._values.pop((token, name), None)
        self._values[token, name] = value
        while len(self._values) > MOST:
            del self._values[next(iter(self._values))]


class NamelessAddresses:
    """Names that say nothing, for what must not stand in an address: the same for the same, while we run."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._meant: Kept[str] = Kept()

    def name_of(self, meant: str) -> str:
        """Return the name that stands for ``meant`` in an address."""
        name = hmac.new(self._key, meant.encode("utf-8", "replace"), sha256).hexdigest()[:24]
        self._meant.put("", name, meant)
        return name

    def meant_by(self, name: str) -> str | None:
        """Return what the name stands for; None if nothing does (any more)."""
        return self._meant.get("", name)


class DeskMemory:
    """``answers``: what an act brought about, by its request; ``drafts``: forms that were not done, by the
    address of their page; ``lost``: pages whose form could not be kept; ``left``: forms that came without a
    session from a browser of staff, ``strangers``: those of other browsers, which push out none of staff's;
    ``searches``: what was typed, by a
    name that says nothing; ``nameless``: readers, by the addresses of their pages; ``scans``: the last ones,
    each with its act, the newest first; ``texts``: drafts of texts, by the login of their person, which
    outlasts a session."""

    def __init__(self) -> None:
        self.answers: Kept[tuple[str, ...]] = Kept()
        self.drafts: KeptForms[Mapping[str, str]] = KeptForms()
        self.searches: Kept[str] = Kept()
        self.lost: Kept[bool] = Kept()
        self.left: KeptForms[str] = KeptForms()
        self.strangers: KeptForms[str] = KeptForms()
        self.nameless = NamelessAddresses()
        self.scans: Kept[tuple[tuple[str, ScanAnswer], ...]] = Kept()
        self.texts: KeptForms[Mapping[str, str]] = KeptForms()

    def search(self, token: str, typed: str) -> str:
        """Keep what was typed; return its name."""
        name = secrets.token_hex(8)
        self.searches.put(token, name, typed)
        return name
