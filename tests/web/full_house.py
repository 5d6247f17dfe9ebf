"""A house with something on each page of the desk, much of it written by somebody who means harm."""

from email.message import EmailMessage

from mailproc.app.build import App
from mailproc.errors import InDoubt
from mailproc.office.desk.template_desk import TemplateDesk
from mailproc.office.partners import pausing
from mailproc.office.requests import reviewing
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.store import partner_addresses
from tests.support import short_form
from tests.support.partners import ADDRESS, BL
from tests.support.world import Sent, World
from tests.web.wishes import submit

HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror=alert(1)> "><form action=//evil.example> \u202egpj.exe '
    "\u2066hidden\u2069 {{ 7*7 }} {% raw %} &lt;b&gt; javascript:alert(1) "
)
"""What strangers write: HTML, a program, marks that turn the direction of writing."""
LONG_WORD = "x" * 400
LONG_LINE = "x" * (10_000_000 if short_form.everything() else 1_000_000)
"""A tenth is shown in part as the whole is; to read ten million takes three seconds."""
TEXT = "en.patron.arrived"
OURS = "Subject: It is here\n\nDear {{ patron.name or 'reader' }},\n{{ request.title }} waits for you.\n"
KEEPER = StaffPerson("head", "M. head", StaffRole.KEEP)


def fill(house: World) -> None:
    """B1 is here, B2 is asked for again, B3 waits for review, L1 is asked of us. I3 to I5 and E… came and
    belong to nothing. Then what ``_stop`` says."""
    title = (HOSTILE + LONG_WORD)[:300]
    house.place(title=title)
    house.place("XX-BL", "XX-SECOND", title="Iron Bridges")
    house.ordered(f"TXC1-1 S LOAN\nA book of ours\n<script>alert(1)</script> {LONG_WORD}")
    house.hear("B1-1 SHIPPED LOAN", "B2-1 NOT*NUKL")
    _strangers_write(house)
    house.hear("B2-1 SHIPPED LOAN", of="XX-SECOND")
    submit(house, title=title, note=HOSTILE)
    house.act("B1", "receive", note=HOSTILE[:200])
    house.store.write(lambda connection: partner_addresses.learn(connection, BL, "new@bl.example", 1))
    _save_a_text(house.app)
    _stop(house)


def _stop(house: World) -> None:
    """B4 may be corrected; B5 is declined; of B6 a letter is to be printed, of B7 one may have arrived, of B8
    one waits for a partner who is paused, and another may be asked."""
    house.place(title="Small Rivers")
    house.hear("B4-1 NOT")
    declined = submit(house, title="Salt Roads")
    reviewing.decline(house.store, house.app.context, declined, "we have it", "rau", quiet=True)
    house.place(title="Charts", patron={"id": "R7", "name": "P. Post"})
    house.hear("B6-1 SHIPPED LOAN")
    house.act("B6", "receive")
    house.refuses, kept = _vanishes, house.refuses
    house.place(title="Lamps")
    house.refuses = kept
    pausing.pause(house.store, house.app.context, "XX-SECOND", "head")
    house.place("XX-SECOND", "XX-BL", title="Bells")


def _vanishes(_letter: Sent) -> bool:
    raise InDoubt("the connection broke")


def _strangers_write(house: World) -> None:
    """A letter whose sender nobody knows; one with a line without end; a word unknown to us."""
    sender = "someone@evil.example"
    house.inject(house.letter(HOSTILE, sender, "Offer <script>alert(1)</script>"), sender)
    head = f"From: {sender}\r\nSubject: long\r\nMessage-ID: <long@evil.example>\r\n\r\n"
    house.inject((head + LONG_LINE).encode(), sender)
    text = f"Dear colleagues,\n\nB1 is found: {HOSTILE}\n"
    house.inject(house.letter(text, ADDRESS[BL], "Re: your request"), ADDRESS[BL])
    house.inject(_with_a_file(sender), sender)
    house.run()


def _with_a_file(sender: str) -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = sender, "With a page", "<file@evil.example>"
    made.set_content("Open this.\n")
    page = b"<script>alert(1)</script>"
    made.add_attachment(page, maintype="text", subtype="html", filename="<img src=x>.html")
    return made.as_bytes().replace(b"\n", b"\r\n")


def _save_a_text(app: App) -> None:
    desk = TemplateDesk(app.store, app.context)
    desk.save(KEEPER, TEXT, OURS, desk.one(TEXT).seen, HOSTILE[:80])
