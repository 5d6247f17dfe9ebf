"""What every station works with: configuration, codecs, templates, partners, and the time.

Time comes from outside: ``clock`` gives an aware UTC instant, and no station calls now().
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from mailproc.config import Config
from mailproc.errors import TryLater
from mailproc.flow.partners import Partners
from mailproc.mail.addresses import ascii_lower

if TYPE_CHECKING:  # many a verb of the command line needs none of these, and does not load them
    from mailproc.ill.policy import Settings
    from mailproc.notices.language import Language
    from mailproc.notices.language_files import Languages
    from mailproc.proof.dkim import KeySource
    from mailproc.protocols.registry import Registry
    from mailproc.templating.environment import Templates


def _no_dns(_name: str) -> bytes | None:
    """Of who reads no letters: a letter that needs a key is left for the service."""
    raise TryLater("there is no DNS here")


FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001  # wall times
"""Between them every wall time has an instant in every zone."""


@dataclass(frozen=True)
class Context:
    """Codecs and templates are made when they are first asked for; the service asks at its start."""

    config: Config
    make_registry: "Callable[[], Registry]"
    make_templates: "Callable[[], Templates]"
    clock: Callable[[], datetime]
    make_keys: "Callable[[], KeySource]" = lambda: _no_dns

    @cached_property
    def registry(self) -> "Registry":
        """Raises Misconfigured where it is the first to ask."""
        return self.make_registry()

    @cached_property
    def templates(self) -> "Templates":
        return self.make_templates()

    @cached_property
    def keys(self) -> "KeySource":
        """Where the keys of signatures are looked up; raises TryLater when it is asked and has no answer."""
        return self.make_keys()

    @cached_property
    def languages(self) -> "Languages":
        """Raises Misconfigured where one of the library's own is misnamed; ``of`` where it is not whole."""
        from mailproc.notices.language_files import Languages

        return Languages(self.config.file.parent / self.config.templates.site)

    @cached_property
    def language(self) -> "Language":
        """The library's own: of its lists, and of letters to staff."""
        return self.languages.of(self.config.library.language)

    @cached_property
    def partners(self) -> Partners:
        return Partners(self.config)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Ours, as addresses compare: a letter from one of them may be our own."""
        ours = (self.config.library.email, *self.config.listen.recipients)
        return frozenset(map(ascii_lower, ours))

    @cached_property
    def mailed_to(self) -> frozenset[str]:
        """Whatever partners may write to: our addresses, and what a mailbox is called where that is one."""
        users = (mailbox.user for mailbox in self.config.mailbox if "@" in mailbox.user)
        return self.addresses | frozenset(map(ascii_lower, users))

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.config.library.time_zone)

    @cached_property
    def settings(self) -> "Settings":
        from mailproc.ill.policy import Settings

        policy = self.config.policy
        return Settings(policy.copy_ends_shipped, policy.overdue_levels)

    def local(self, at: datetime) -> datetime:
        """The wall time of the library's zone, without zone, to the second (as on the wire)."""
        return at.astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def instant(self, wall: datetime) -> datetime:
        """The instant of a wall time (without zone) in the library's zone.

        Of a time that the clock shows twice, the first; of one that it leaps over, as long after
        the leap as it would have been (zoneinfo, PEP 495 with fold 0). At the ends of the calendar, where no
        zone has an instant, a day inside it.
        """
        wall = min(max(wall, FIRST), LAST)
        return wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)

    def shown(self, at: datetime) -> str:
        """An instant as lists show it: in the library's zone and language."""
        return self.language.moment(self.local(at))

    def today(self) -> date:
        return self.local(self.clock()).date()
