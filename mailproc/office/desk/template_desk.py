"""The texts that mailproc sends, at the desk: listed, tried, saved, taken back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.errors import LocalFault
from mailproc.office.desk import template_list, template_page
from mailproc.office.desk.desk_room import DeskRoom
from mailproc.office.desk.template_list import TemplateListPage
from mailproc.office.desk.template_page import DiffLines, TemplatePage, VersionPage
from mailproc.office.queries.find import transaction_of
from mailproc.office.staff.people import StaffPerson, StaffRole
from mailproc.office.templates import finished_letter, previews, saving, trial
from mailproc.office.templates.drafts import Draft
from mailproc.office.templates.finished_letter import FinishedLetter
from mailproc.office.templates.saving import SaveOrder
from mailproc.office.templates.trial import Trial
from mailproc.sentence import Part, sentence
from mailproc.store import requests
from mailproc.store.rows import Transaction
from mailproc.templating.filter_work import OutOfTime, within

LONGEST_NUMBER = 100
NAME = "-"
"""Under this name problems of a draft are reported; the page says whose they are."""


class TextNotSaved(LocalFault):
    """The text did not pass; ``faults`` says why, one sentence each."""

    def __init__(self, said: Part, faults: tuple[str, ...]) -> None:
        super().__init__(said, also=faults)
        self.faults = faults


@dataclass(frozen=True)
class TextPreview:
    """What a draft would make. ``about``: of which request, in words; ``letter``: None where the draft is
    broken. ``faults`` forbid to save it, ``checked`` says on what it was tried."""

    about: str
    letter: FinishedLetter | None
    faults: tuple[str, ...]
    checked: tuple[str, ...]


class TemplateDesk(DeskRoom):
    """Texts. A key ("en.patron.arrived") that no known text has is refused before anything is opened."""

    def listed(self) -> TemplateListPage:
        """Return all texts."""
        with self.store.read() as connection:
            return template_list.page(connection, self.context)

    def check(self, key: str) -> None:
        """Raise LocalFault for a key that no text has."""
        template_list.found(self.context, key)

    def one(self, key: str) -> TemplatePage:
        """Return one text."""
        with self.store.read() as connection:
            return template_page.page(connection, self.context, key)

    def version(self, key: str, number: str) -> VersionPage:
        """Return one version of a text."""
        with self.store.read() as connection:
            return template_page.version(connection, self.context, key, _number(number))

    def preview(self, key: str, text: str | None, number: str) -> TextPreview:
        """Try the draft, or with None the text in use; show the letter to this request, with '' to the one
        that used the text last. Nothing is sent."""
        draft = self._draft(key, text)
        with trial.room(), self.store.read() as connection:
            users = trial.last_users(connection, self.context, draft.path)
            return self._previewed(connection, draft, number, users, trial.SECONDS)

    def preview_typed(self, login: str, key: str, text: str, number: str) -> TextPreview:
        """As ``preview``, while this person types: in less time, and beside those who have pressed a button.

        Raise TryLater where the person's last one is still being made, or too many others' are; LocalFault
        where it takes long.
        """
        draft, seconds = self._draft(key, text), trial.TYPED_SECONDS
        with trial.typed_room.of(login), self.store.read() as connection:
            try:
                with within(trial.TYPED_WORK):
                    users = trial.last_users(connection, self.context, draft.path, seconds)
                    return self._previewed(connection, draft, number, users, seconds)
            except OutOfTime as late:
                raise LocalFault(sentence("text-typed-long")) from late

    def save(self, person: StaffPerson, key: str, text: str | None, seen: str, note: str) -> str:
        """Save the text, if every check holds; with None go back to the shipped one.

        ``seen``: the mark of the text on the page. Return what became of it. Raise also TextOvertaken.
        """
        person.must(StaffRole.KEEP)
        path = template_list.found(self.context, key).path
        if text is not None:
            self._refuse_what_fails(path, text)
        words = self.context.language.texts.labels["desk_templates"]
        if not saving.save(self.store, self.context, person, SaveOrder(path, text, seen, note)):
            return words["as_before"]
        return words["back_to_shipped" if text is None else "saved"]

    def revert(self, person: StaffPerson, key: str, number: str, seen: str) -> str:
        """Go back to a version; with '' to the shipped text."""
        if not number:
            return self.save(person, key, None, seen, "")
        path = template_list.found(self.context, key).path
        with self.store.read() as connection:
            one = template_page.of_number(connection, self.context, path, _number(number))
        when = self.context.shown(one.at)
        note = self.context.language.label("desk_templates", "reverted", when=when)
        return self.save(person, key, one.text, seen, note)

    def difference(self, key: str, text: str) -> DiffLines:
        """Return what a draft changes in the text in use."""
        with self.store.read() as connection:
            return template_page.difference(template_page.page(connection, self.context, key).text, text)

    def _refuse_what_fails(self, path: str, text: str) -> None:
        if why := template_page.unshowable(text):
            raise LocalFault(why)
        with trial.room(), self.store.read() as connection:
            users = trial.last_users(connection, self.context, path)
            found = trial.tried(connection, self.context, Draft(path, text, NAME), users)
        if not found.holds:
            raise TextNotSaved(sentence("template-not-saved"), tuple(self._faults(found)))

    def _draft(self, key: str, text: str | None) -> Draft:
        path = template_list.found(self.context, key).path
        return Draft(path, text, NAME) if text is not None else Draft(path)

    def _previewed(
        self, connection: Connection, draft: Draft, number: str, users: list[Transaction], seconds: float
    ) -> TextPreview:
        used = self.context.templates.source(draft.path).text
        found = trial.tried(connection, self.context, _as_text(used, draft), users, seconds)
        faults = tuple(self._faults(found))
        if found.problems:
            return TextPreview("", None, faults, ())
        if number.strip():
            users = [transaction_of(connection, number.strip()[:LONGEST_NUMBER])]
        about, letter = self._letter(connection, draft, users)
        return TextPreview(about, letter, faults, tuple(self._checked(found)))

    def _letter(
        self, connection: Connection, draft: Draft, users: Sequence[Transaction]
    ) -> tuple[str, FinishedLetter | None]:
        """Return of which request the letter is (the first), and the letter; an example where there is none,
        and no letter where this request gets none, with the reason."""
        language = self.context.language
        if not users:
            shown = previews.of_samples(self.context, draft)[0]
            words = language.texts.labels["desk_templates"]
            return words["example"], FinishedLetter("", "", shown.text)
        row = users[0]
        named = requests.number_of(connection, row.request_id)
        try:
            letter = finished_letter.of_request(connection, self.context, draft, row)
        except LocalFault as fault:
            why = language.word(fault.said)
            return language.label("desk_templates", "spoilt", number=named, why=why), None
        return language.label("desk_templates", "as_request", number=named), letter

    def _faults(self, found: Trial) -> Iterator[str]:
        for one in found.problems[:20]:
            yield template_list.fault(one.line, one.text, self.context)
        for lost in found.lost:
            why = self.context.language.word(lost.why)
            yield self.context.language.label("desk_templates", "spoilt", number=lost.number, why=why)

    def _checked(self, found: Trial) -> Iterator[str]:
        label = self.context.language.label
        tried = found.fine + len(found.lost) + len(found.before)
        yield label("desk_templates", "tried" if tried else "untried", fine=found.fine, tried=tried)
        for number in found.before:
            yield label("desk_templates", "fails_anyway", number=number)
        if found.left:
            yield label("desk_templates", "left", count=found.left)


def _as_text(used: str, draft: Draft) -> Draft:
    """Return the draft; of the text in use, that as one, so that its faults have their lines."""
    return draft if draft.text is not None else Draft(draft.path, used, NAME)


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) < 16):
        raise LocalFault(sentence("desk-number", given=typed[:40]))
    return int(typed)
