"""The desk as a whole: what a page may ask of the office, and nothing else. Safe from any thread."""

from collections.abc import Sequence
from datetime import timedelta

from mailproc.flow.context import Context
from mailproc.notices.vocabulary import Words
from mailproc.office.desk import taking_back
from mailproc.office.desk.api_desk import ApiDesk
from mailproc.office.desk.audit_desk import AuditDesk
from mailproc.office.desk.correction_desk import CorrectionDesk
from mailproc.office.desk.figure_desk import FigureDesk
from mailproc.office.desk.handed_order_desk import HandedOrderDesk
from mailproc.office.desk.kept_to_do import KeptToDo
from mailproc.office.desk.letter_desk import LetterDesk
from mailproc.office.desk.marked_rows import MarkedDesk
from mailproc.office.desk.new_request_desk import NewRequestDesk
from mailproc.office.desk.news_desk import NewsDesk
from mailproc.office.desk.partner_desk import PartnerDesk
from mailproc.office.desk.patron_desk import PatronDesk
from mailproc.office.desk.request_desk import RequestDesk
from mailproc.office.desk.review_desk import ReviewDesk
from mailproc.office.desk.rota_desk import RotaDesk
from mailproc.office.desk.saved_list_desk import SavedListDesk
from mailproc.office.desk.scan_desk import ScanDesk
from mailproc.office.desk.service_desk import ServiceDesk
from mailproc.office.desk.slip_desk import SlipDesk
from mailproc.office.desk.taking_back import JustDone
from mailproc.office.desk.template_desk import TemplateDesk
from mailproc.office.desk.to_do import ToDoPage
from mailproc.office.desk.unplaced_desk import UnplacedDesk
from mailproc.office.readers.reader_office import ReaderOffice
from mailproc.office.staff.outside_login import LoginProvider, OutsideLogins
from mailproc.office.staff.people import StaffPerson
from mailproc.office.staff.sessions import Sessions
from mailproc.sentence import Part
from mailproc.store.engine import Store

SOON = timedelta(minutes=45)
"""A session that ends within this time is warned of: by clicks it is not prolonged any more."""


class StaffDesk:
    """Each subject of the desk has its room, named here: ``desk.requests``, ``desk.letters``.

    ``provider``: by whom staff log in, with auth = "oidc".
    """

    def __init__(self, store: Store, context: Context, provider: LoginProvider | None = None) -> None:
        self._store = store
        whole, context = context, context.for_pages
        self._context = context
        self.sessions = Sessions(store, whole)
        self._to_do = KeptToDo(store, context)
        self.news = NewsDesk(store, context, self._to_do)
        self.outside = OutsideLogins(whole, provider, self.sessions.listed) if provider else None
        self.requests = RequestDesk(store, context)
        self.marked = MarkedDesk(store, context)
        self.new = NewRequestDesk(store, context)
        self.handed = HandedOrderDesk(store, context)
        self.corrections = CorrectionDesk(store, context)
        self.reviews = ReviewDesk(store, context)
        self.rotas = RotaDesk(store, context)
        self.letters = LetterDesk(store, context)
        self.patrons = PatronDesk(store, context)
        self.readers = ReaderOffice(store, whole)
        self.scans = ScanDesk(store, context)
        self.slips = SlipDesk(store, context)
        self.figures = FigureDesk(store, context)
        self.saved_lists = SavedListDesk(store, context)
        self.api = ApiDesk(store, whole)
        self.audit = AuditDesk(store, context)
        self.templates = TemplateDesk(store, whole)
        self.unplaced = UnplacedDesk(store, context)
        self.partners = PartnerDesk(store, context)
        self.service = ServiceDesk(store, context)

    @property
    def library(self) -> str:
        """Return the library's name."""
        return self._context.config.library.name

    @property
    def language(self) -> str:
        """Return the tag of the language in which the desk speaks: "de"."""
        return self._context.language.tag

    @property
    def words(self) -> Words:
        """Return the words that all pages share."""
        return self._context.language.texts.labels["desk"]

    def words_of(self, room: str) -> Words:
        """Return the words of one room's pages: of the section ``labels.<room>``."""
        return self._context.language.texts.labels[room]

    def word(self, part: Part) -> str:
        """Return a sentence in words."""
        return self._context.language.word(part)

    def session_end(self, person: StaffPerson) -> tuple[str, bool]:
        """Return until when the person is logged in, in words, and whether that is soon; '' for no end."""
        if person.until is None:
            return "", False
        left = person.until - self._context.clock()
        is_soon = left < min(SOON, self.sessions.idle / 2)
        time = f"{self._context.local(person.until):%H:%M}"
        return self._context.language.label("desk_login", "soon" if is_soon else "until", time=time), is_soon

    def to_do(self) -> ToDoPage:
        """Return what needs attention."""
        return self._to_do.page()

    def just_done(self) -> tuple[JustDone, ...]:
        """Return what was just done at the desk and can be taken back."""
        with self._store.read() as connection:
            return taking_back.just_done(connection, self._context)

    def last_own(self, done: Sequence[JustDone], person: StaffPerson) -> str:
        """Return the number of the request of which one key takes the last act back; '' for none."""
        return taking_back.key_for(done, person.login)
