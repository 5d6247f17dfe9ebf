"""What a person, or another system by its token, has done: for whoever keeps the desk."""

from dataclasses import dataclass

from mailproc.ill.event_names import spoken
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.store import acts_of_person, api_tokens, requests, staff

MOST = 200
"""Acts that are shown."""


@dataclass(frozen=True)
class AuditRow:
    """``number``: of the request, '' where it was about none; ``door``: as the event has it."""

    when: str
    what: str
    number: str
    door: str


@dataclass(frozen=True)
class AuditPage:
    """The newest first. ``left_out``: a sentence where not all are shown."""

    login: str
    rows: tuple[AuditRow, ...]
    left_out: str


class AuditDesk(DeskRoom):
    """Acts by who did them."""

    def names(self, person: StaffPerson) -> tuple[str, ...]:
        """Return whose acts ``person`` may see: persons and other systems; none for who does not keep."""
        if not person.may(StaffRole.KEEP):
            return ()
        listed = (one.login for one in self.context.config.staff)
        with self.store.read() as connection:
            stored = [one.login for one in staff.listed(connection)]
            systems = [one.name for one in api_tokens.listed(connection)]
        return tuple(dict.fromkeys((*listed, *stored, *systems)))

    def of(self, person: StaffPerson, login: str) -> AuditPage:
        """Return what ``login`` has done; of one who never was, nothing. Raise LocalFault unless ``person``
        keeps the desk."""
        person.must(StaffRole.KEEP)
        language = self.context.language
        with self.store.read() as connection:
            found = acts_of_person.newest(connection, login, MOST)
            rows = [
                AuditRow(
                    self.context.shown(one.at),
                    language.event_word(spoken(one.type, one.apdu)),
                    requests.number_of(connection, one.request_id) if one.request_id else "",
                    one.door,
                )
                for one in found
            ]
        cut = language.label("desk", "newest", count=MOST) if len(rows) == MOST else ""
        return AuditPage(login, tuple(rows), cut)
