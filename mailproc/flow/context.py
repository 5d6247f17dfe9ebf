"""What every station works with: configuration, codecs, templates, partners, and the time.

Time is passed in: ``clock`` returns an aware UTC instant, and no station reads a clock itself.
"""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from mailproc.config import Config
from mailproc.errors import TryLater
from mailproc.flow.forms import Forms
from mailproc.flow.partners import Partners
from mailproc.ill.submitted import Source, Submitted, SubmittedRequest
from mailproc.mail.addresses import ascii_lower
from mailproc.sentence import sentence

if TYPE_CHECKING:  # many verbs of the command line need none of these, and do not load them
    from mailproc.config_age import Age
    from mailproc.config_catalogues import Catalogue
    from mailproc.flow.hook_receivers import HookReceivers
    from mailproc.ill.apdu import Item, Postal
    from mailproc.ill.closed_days import ClosedDays
    from mailproc.ill.holding import CatalogueAnswer
    from mailproc.ill.policy import Settings
    from mailproc.ill.reader_due import ReaderTerm
    from mailproc.ils.patron_standing import PatronLookup
    from mailproc.notices.language import Language
    from mailproc.notices.language_files import Languages
    from mailproc.proof.dkim import KeySource
    from mailproc.protocols.registry import Registry
    from mailproc.store.document_files import DocumentFolder
    from mailproc.store.forgotten_readers import ForgottenReaders
    from mailproc.templating.environment import Templates


def _no_dns(_name: str) -> bytes | None:
    """The key source of a process that reads no letters: a letter that needs a key is left to the service."""
    raise TryLater(sentence("no-dns-here"))


Submit = Callable[[Connection, "Context", SubmittedRequest, Source], Submitted]
"""How what a form says becomes a request (``office.requests.submitted.submit``)."""


def _nobody_reviews(
    _connection: Connection, _context: "Context", _said: SubmittedRequest, _source: Source
) -> Submitted:
    raise LookupError("this process takes no requests to review")


def _no_catalogue(_catalogue: "Catalogue", _item: "Item") -> "CatalogueAnswer":
    """The catalogues of a process that asks none."""
    raise TryLater(sentence("no-catalogue-here"))


FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001  # wall times
"""Between these two, every wall time has an instant in every zone."""


@dataclass(frozen=True)
class Context:
    """Codecs and templates are made when first asked for; the service asks at its start."""

    config: Config
    make_registry: "Callable[[], Registry]"
    make_templates: "Callable[[], Templates]"
    clock: Callable[[], datetime]
    make_keys: "Callable[[], KeySource]" = lambda: _no_dns
    make_patron_lookup: "Callable[[], PatronLookup | None]" = lambda: None
    submit: Submit = _nobody_reviews
    ask_catalogue: "Callable[[Catalogue, Item], CatalogueAnswer]" = _no_catalogue

    @cached_property
    def registry(self) -> "Registry":
        """The codecs. Raise Misconfigured when they are made."""
        return self.make_registry()

    def renew_registry(self) -> None:
        """Make the codecs again, which mask the secrets of the configuration. Raise Misconfigured."""
        vars(self)["registry"] = made = self.make_registry()
        if "for_pages" in vars(self):
            vars(self.for_pages)["registry"] = made

    @cached_property
    def templates(self) -> "Templates":
        return self.make_templates()

    @cached_property
    def keys(self) -> "KeySource":
        """The source of DKIM keys. It raises TryLater if DNS gives no answer."""
        return self.make_keys()

    @cached_property
    def patron_lookup(self) -> "PatronLookup | None":
        """Who asks the library system about a reader; None where config.toml names none."""
        return self.make_patron_lookup()

    @cached_property
    def languages(self) -> "Languages":
        """All languages. Raise Misconfigured if a file of the library's is misnamed; ``of`` if it has
        gaps."""
        from mailproc.notices.language_files import Languages

        return Languages(self.config.file.parent / self.config.templates.site)

    @cached_property
    def language(self) -> "Language":
        """The library's language: that of its lists, and of letters to staff."""
        return self.languages.of(self.config.library.language)

    @cached_property
    def for_pages(self) -> "Context":
        """The same for pages, whose words name no commands."""
        pages = copy(self)
        vars(pages)["language"] = self.language.at_the_desk
        return pages

    @cached_property
    def partners(self) -> Partners:
        return Partners(self.config)

    @cached_property
    def hooks(self) -> "HookReceivers":
        """Who is told of events."""
        from mailproc.flow.hook_receivers import HookReceivers

        return HookReceivers(self.config)

    @cached_property
    def forms(self) -> Forms:
        return Forms(self.config)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Our addresses, in comparable form: a letter from one of them may be our own."""
        ours = (self.config.library.email, *self.config.listen.recipients)
        return frozenset(map(ascii_lower, ours))

    @cached_property
    def mailed_to(self) -> frozenset[str]:
        """All addresses to which partners may write: ours, and the names of mailboxes that are addresses."""
        users = (mailbox.user for mailbox in self.config.mailbox if "@" in mailbox.user)
        return self.addresses | frozenset(map(ascii_lower, users))

    @cached_property
    def closed_days(self) -> "ClosedDays":
        """The days on which our library is closed."""
        from mailproc.ill import closed_days

        return closed_days.read(self.config.library.closed)

    @cached_property
    def our_postal(self) -> "Postal | None":
        """Our postal address; None where config.toml has none."""
        from mailproc.ill.apdu import Postal

        postal = self.config.library.postal
        if not (postal.street or postal.po_box or postal.city):
            return None
        return Postal(
            name=postal.name or self.config.library.name,
            extended=postal.extended or None,
            street=postal.street or None,
            po_box=postal.po_box or None,
            city=postal.city or None,
            region=postal.region or None,
            country=postal.country or None,
            postcode=postal.postcode or None,
        )

    @cached_property
    def reader_term(self) -> "ReaderTerm":
        """How the due dates of our readers follow from those of lenders."""
        from mailproc.ill.reader_due import ReaderTerm

        return ReaderTerm(self.config.policy.reader_days_before, self.closed_days)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.config.library.time_zone)

    @cached_property
    def documents(self) -> "DocumentFolder":
        """The files of documents that are sent on."""
        from mailproc.store.document_files import DocumentFolder, place

        config = self.config
        return DocumentFolder(place(config.documents.folder, config.store.url, config.file.parent))

    @cached_property
    def forgotten(self) -> "ForgottenReaders":
        """Who was forgotten."""
        from mailproc.store.forgotten_readers import ForgottenReaders, places

        store = self.config.store
        return ForgottenReaders(places(store.url, self.config.file.parent, store.counters))

    @cached_property
    def settings(self) -> "Settings":
        from mailproc.ill.policy import Settings

        policy = self.config.policy
        return Settings(
            copy_ends_shipped=policy.copy_ends_shipped,
            overdue_levels=policy.overdue_levels,
            collected_said=policy.collected == "said",
            forward_documents=self.config.documents.forward,
            notices=self._reader_notices(),
        )

    def _reader_notices(self) -> frozenset[str]:
        """Return the letters to readers that [notices] turns on."""
        from mailproc.ill import reader_news

        notices = self.config.notices
        switches = {
            reader_news.ACKNOWLEDGED: notices.acknowledged,
            reader_news.WAITING_LIST: notices.waiting_list,
            reader_news.RENEWAL_REFUSED: notices.renewal_refused,
            reader_news.IN_LIBRARY: notices.in_library,
        }
        return frozenset(name for name, on in switches.items() if on)

    def local(self, at: datetime) -> datetime:
        """Return the wall time in the library's zone, without zone, to the second (as on the wire)."""
        return at.astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def before(self, age: "Age") -> datetime:
        """Return the instant so long ago; months go by the calendar in the library's zone."""
        if not age.months:
            return self.clock() - timedelta(days=age.days)
        return self.instant(age.before(self.local(self.clock())))

    def instant(self, wall: datetime) -> datetime:
        """Return the instant of a wall time (without zone) in the library's zone.

        For a time that occurs twice it is the first; for one that is skipped, the time is counted on past the
        gap (zoneinfo, PEP 495 with fold 0). At the ends of the calendar, where a zone may have no instant, it
        is a day inside.
        """
        wall = min(max(wall, FIRST), LAST)
        return wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)

    def shown(self, at: datetime) -> str:
        """Return an instant as lists show it: in the library's zone and language."""
        return self.language.moment(self.local(at))

    def day_shown(self, at: datetime) -> str:
        """Return the day of an instant as lists show it: in the library's zone and language."""
        return self.language.day_word(self.local(at).date(), self.today())

    def year(self, number: int) -> tuple[datetime, datetime]:
        """Return when the year begins in the library's zone, and the next one, as instants."""
        first, after = (self.instant(datetime(one, 1, 1)) for one in (number, number + 1))  # noqa: DTZ001
        return first, after

    def today(self) -> date:
        return self.local(self.clock()).date()
