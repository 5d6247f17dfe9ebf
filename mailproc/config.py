"""config.toml as values. Every key stands in the shipped config.toml, commented, at its default."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from mailproc.config_catalogues import Catalogue as Catalogue
from mailproc.config_forms import RequestForm as RequestForm
from mailproc.config_hooks import Hook as Hook
from mailproc.config_hub import Hub as Hub
from mailproc.config_hub import ListenHttp as ListenHttp
from mailproc.config_illsbn import PartnerIllsbn as PartnerIllsbn
from mailproc.config_library import Library as Library
from mailproc.config_library import LibraryPostal as LibraryPostal
from mailproc.config_ncip import Ncip as Ncip
from mailproc.config_partner import Account as Account
from mailproc.config_partner import DeliveryKeywords as DeliveryKeywords
from mailproc.config_partner import Login as Login
from mailproc.config_partner import MayStandHere as MayStandHere
from mailproc.config_partner import Partner as Partner
from mailproc.config_partner import PartnerArtemail as PartnerArtemail
from mailproc.config_partner import PartnerLetter as PartnerLetter
from mailproc.config_partner import ProofName as ProofName
from mailproc.config_patron_lookup import PatronLookupSettings as PatronLookupSettings
from mailproc.config_patrons import Patrons as Patrons
from mailproc.config_privacy import Privacy as Privacy
from mailproc.config_rotas import PartnerLending as PartnerLending
from mailproc.config_rotas import RotaRule as RotaRule
from mailproc.config_section import Section as Section
from mailproc.config_slips import Slips as Slips
from mailproc.config_slnp import ListenSlnp as ListenSlnp
from mailproc.config_slnp import PartnerSlnp as PartnerSlnp
from mailproc.config_tcp import ListenTcp as ListenTcp
from mailproc.config_tcp import PartnerTcp as PartnerTcp
from mailproc.config_web import Metrics as Metrics
from mailproc.config_web import StaffEntry as StaffEntry
from mailproc.config_web import Web as Web
from mailproc.config_web import WebOidc as WebOidc
from mailproc.ill.copyright_rules import CopyrightLaw

Days = Annotated[int, Field(ge=0, le=36_500)]


class StoreSettings(Section):
    url: str = "sqlite:///var/mailproc.db"
    counters: str = ""  # the file that says what left the store; "" = beside config.toml
    take_over_after: int = Field(default=600, ge=0)  # seconds of silence; 0 = never
    archives: str = ""  # the folder of archived letters; "" = beside the store


class Listen(Section):
    """The SMTP door. Sizes in octets, times in seconds."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: int = Field(default=8025, ge=0, le=65535)
    recipients: tuple[str, ...] = ()  # () = library.email
    networks: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    max_size: int = Field(default=10_000_000, ge=1000)  # of mailboxes' letters too
    max_recipients: int = Field(default=20, ge=1)
    max_connections: int = Field(default=100, ge=1)
    max_connections_per_host: int = Field(default=60, ge=1)
    timeout: float = Field(default=60, gt=0)  # idle between commands
    data_timeout: float = Field(default=120, gt=0)
    session_timeout: float = Field(default=600, gt=0)
    tls_cert: str = ""
    tls_key: str = ""
    require_tls: bool = False
    login: tuple[Literal["PLAIN", "LOGIN"], ...] = ()  # mechanisms of SMTP AUTH; () = both


class Proof(Section):
    """What proofs of the sender are read from: our own relay's words, and DNS."""

    authserv_id: str = ""  # under which our relay writes Authentication-Results; '' = it writes none
    doors: tuple[
        str, ...
    ] = ()  # by which letters come from that relay: "listener", mailboxes; () = the only one
    relay: tuple[str, ...] = ()  # networks from which it speaks to the listener; () = all that may
    received_by: str = ""  # the "by" of our relay's Received; '' = authserv_id
    nameservers: tuple[str, ...] = ()  # () = the system's
    dns_timeout: float = Field(default=5, gt=0, le=60)  # seconds for one answer


class ServerLogin(Section):
    """How we log in to a server of others. The keys below ``auth`` are for OAuth 2 (RFC 6749)."""

    user: str = ""
    password: SecretStr = SecretStr("")
    auth: Literal["password", "oauth2"] = "password"
    token_url: str = ""
    device_url: str = ""  # for the consent of `mailproc authorize` (RFC 8628)
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")  # a consent that was given elsewhere
    scope: str = ""


class Mailbox(ServerLogin):
    name: str
    host: str
    port: int = 0  # 0 = 993 with tls, else 143
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str
    folder: str = "INBOX"
    poll: str = "every 60s"
    after: str = "seen"  # seen | move:FOLDER | delete
    batch: int = Field(default=200, ge=1, le=1000)
    timeout: float = Field(default=30, gt=0)


class Deliver(ServerLogin):
    mode: Literal["folder", "smtp"] = "folder"
    folder: str = "var/outgoing"
    host: str = ""
    port: int = 0  # 0 = 465 with tls, 587 with starttls, else 25
    security: Literal["tls", "starttls", "none"] = "starttls"
    max_connections: int = Field(default=1, ge=1, le=10)
    timeout: float = Field(default=60, gt=0)
    verp: bool = False  # the envelope's sender is one of its own for each letter


class Schedule(Section):
    """When the clock looks: "every 60s", or cron in library.time_zone."""

    sweep: str = "every 60s"  # for what has fallen due
    digest: str = ""  # when the day's work is mailed to staff; "" = never
    documents: str = "every 12h"  # for documents to delete
    backup: str = ""  # when a backup is made in backup.folder; "" = never
    archive: str = "every 12h"  # for letters to archive
    purge: str = "every 12h"  # for readers to anonymise and letters to delete ([privacy])
    catalogues: str = "every 60s"  # for new requests whose item no catalogue was asked about
    hub: str = "every 1h"  # for what the hub has posted in vain


class Policy(Section):
    """What this library does where the standard leaves it open."""

    loan_days: Days = 42  # due date of a loan when none was announced (6 weeks)
    collected: Literal["assumed", "said"] = "assumed"  # that the reader has what came
    copyright: CopyrightLaw = "none"  # whose law an order for a copy must satisfy
    copyright_wording: str = ""  # of the declaration that readers sign: its version
    copy_ends_shipped: bool = False  # SHIPPED COPY to the reader's own e-mail address ends the request
    answers_an_hour: int = Field(default=60, ge=1)  # that go to one address by themselves
    notices_an_hour: int = Field(default=20, ge=1)  # to staff, about what one partner sends
    give_up_days: float = Field(default=4, gt=0)
    # What happens when nobody acts; 0 days switches one off.
    chase_days: Days = 7  # without an answer: ask how it stands, then attention
    arrive_days: Days = 14  # a copy that was reported sent and not received: staff are asked
    remind_days: Days = 3  # before the due date the reader is reminded
    reader_days_before: Days = 0  # the reader's due date is so many days before the lender's
    grace_days: Days = 0  # after a due date, before the first overdue notice
    overdue_every_days: Days = 7  # between reminders after the due date, the first on the day after
    overdue_levels: int = Field(default=3, ge=0, le=99)  # so many reminders, then attention
    pending_days: Days = 10  # a renewal or cancellation that nobody answers
    answer_days: Days = 7  # a question of a partner that we do not answer
    # Where the partner's machine throws repeats away, what may be lost goes again by itself.
    repeat_days: Days = 4  # our last letter once more; each pause is twice as long as the one before
    repeats: int = Field(default=2, ge=0, le=9)  # at most so many, then attention
    status_days: Days = 14  # after the due date, or our return: ask how it stands
    unmatched_days: Days = 14  # what a borrower says of a request that never came waits; then it is told
    unfilled_letter_days: Days = 0  # until a reader hears that no library can supply it; 0: at once
    expire_days: Days = 3  # after staff were told that a request's day has passed: Expired
    archive_after: Days = 0  # days after a request was closed; then its letters go into the archive


class ReaderNotices(Section):
    """Letters to readers that a library may want beside the others."""

    acknowledged: bool = False  # we have the request
    waiting_list: bool = False  # the lender has put it on a waiting list
    renewal_refused: bool = False  # the lender does not let it be kept longer
    in_library: bool = False  # it may be used in the library only
    declined: bool = True  # staff have declined what the reader submitted


class Documents(Section):
    """Documents that are sent on: a supplied copy to its reader, a file of staff to a borrower."""

    forward: bool = False  # a supplied copy goes to the reader by itself
    folder: str = ""  # where their files lie; '' = documents/ beside the store
    types: tuple[str, ...] = ("pdf", "tiff", "jpeg", "png")  # by content (mail/content_type.py)
    max_size: int = Field(default=10_000_000, ge=1000)  # octets of all documents of one letter
    max_count: int = Field(default=10, ge=1, le=100)  # documents of one letter
    keep_days: Days = 30  # then our file of a document is deleted; 0 = never
    page_days: Days = 0  # so long the reader can fetch what was sent at the reader's page too; 0 = not there
    page_times: int = Field(default=2, ge=1, le=100)  # so often


class BackupSettings(Section):
    """Where scheduled backups go."""

    folder: str = ""  # of another disk, better of another machine
    keep: int = Field(default=14, ge=1)  # the newest ones; older ones are deleted


class TemplateSettings(Section):
    site: str = "site-templates"  # searched before the shipped ones, same paths below it


class Artemail(Section):
    """Data that the British Library may change; every table replaces or adds to the shipped one."""

    replies: str = ""  # a TOML file of reply codes and layouts that is laid over the shipped data
    follows: dict[str, Literal["next", "ask", "wait", "locations"]] = Field(default_factory=dict)


class Iso10161(Section):
    """Data about the systems that speak ISO 10161."""

    dialects: str = ""  # a TOML file of dialects that is laid over the shipped ones
    critical: tuple[str, ...] = ()  # critical extensions that are taken though nobody here understands them


class Config(Section):
    """The whole file. ``file`` is where it came from; relative paths start at its folder."""

    file: Path = Field(default=Path("config.toml"), exclude=True)
    library: Library = Library()
    store: StoreSettings = StoreSettings()
    listen: Listen = Listen()
    listen_tcp: ListenTcp = ListenTcp()
    listen_slnp: ListenSlnp = ListenSlnp()
    listen_http: ListenHttp = ListenHttp()
    hub: Hub = Hub()
    proof: Proof = Proof()
    mailbox: tuple[Mailbox, ...] = ()
    deliver: Deliver = Deliver()
    partner: tuple[Partner, ...] = ()
    form: tuple[RequestForm, ...] = ()
    schedule: Schedule = Schedule()
    policy: Policy = Policy()
    notices: ReaderNotices = ReaderNotices()
    documents: Documents = Documents()
    patrons: Patrons = Patrons()
    rota: tuple[RotaRule, ...] = ()
    slips: Slips = Slips()
    hook: tuple[Hook, ...] = ()
    ncip: Ncip = Ncip()
    privacy: Privacy = Privacy()
    catalogue: tuple[Catalogue, ...] = ()
    backup: BackupSettings = BackupSettings()
    templates: TemplateSettings = TemplateSettings()
    artemail: Artemail = Artemail()
    iso10161: Iso10161 = Iso10161()
    metrics: Metrics = Metrics()
    web: Web = Web()
    staff: tuple[StaffEntry, ...] = ()

    def files(self, *names: str) -> list[str]:
        """Return the paths of files that are named here, each from the folder of config.toml; '' for none."""
        return [str(self.file.parent / name) if name else "" for name in names]

    def proofs_of(self, partner: Partner) -> tuple[ProofName, ...]:
        """What may prove a letter to be the partner's. Where none is written nobody is believed, except
        while nothing is sent."""
        if partner.proof:
            return partner.proof
        return ("none",) if self.deliver.mode == "folder" else ()
