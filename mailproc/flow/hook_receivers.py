"""Who is told of events, as configured: the hooks, and each kind of library system."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mailproc.config import Config

HTTP, COMMAND, NCIP = "http", "command", "ncip"


@dataclass(frozen=True)
class HookReceiver:
    """``name``: unique among all kinds; ``events``: patterns such as "REQUESTER.*" (``hook_payload``).

    ``connections``: so many calls are made at once. ``repeat_safe``: a call that may have arrived is made
    again with the same key; else it waits for staff. ``loans``: only of loans, and of the right item.
    ``once``: events of which it is told once for each item.
    """

    name: str
    kind: str
    events: tuple[str, ...]
    connections: int = 1
    repeat_safe: bool = True
    loans: bool = False
    once: tuple[str, ...] = ()

    def wants(self, event: str) -> bool:
        return any(fnmatchcase(event, pattern) for pattern in self.events)


class HookReceivers:
    """All receivers; false if there are none."""

    def __init__(self, config: Config) -> None:
        self._by_name = {one.name: one for one in _configured(config)}
        self._wanting: dict[str, tuple[HookReceiver, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_name)

    def __iter__(self) -> Iterator[HookReceiver]:
        return iter(self._by_name.values())

    def get(self, name: str) -> HookReceiver | None:
        return self._by_name.get(name)

    def wanting(self, event: str) -> tuple[HookReceiver, ...]:
        """Return who wants an event. There are some hundred names of events, so each is looked up once."""
        found = self._wanting.get(event)
        if found is None:
            found = self._wanting[event] = tuple(one for one in self if one.wants(event))
        return found


def _configured(config: Config) -> Iterator[HookReceiver]:
    for hook in config.hook:
        kind = HTTP if hook.url else COMMAND
        yield HookReceiver(hook.name, kind, hook.events, hook.connections, hook.repeat_safe)
    if config.ncip.url:
        from mailproc.ils.ncip import from_event  # here: most libraries have no NCIP

        wanted, once = tuple(from_event.events(config.ncip)), config.ncip.accept_item
        yield HookReceiver(NCIP, NCIP, wanted, repeat_safe=False, loans=True, once=once)
