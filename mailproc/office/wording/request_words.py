"""What `show` says of one request, for a librarian's eyes: how to go on, its particulars.

In the library's language; codes stand beside their words where commands take them.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from mailproc.flow.context import Context
from mailproc.flow.prepare.suggested import Suggestion
from mailproc.ill import loan_terms
from mailproc.ill.apdu import Money
from mailproc.ill.apdu_json import value_from_json
from mailproc.ill.attention import Reason
from mailproc.ill.event_names import of_timer
from mailproc.ill.message_content import WRONG
from mailproc.ill.rota import Candidate
from mailproc.ill.terms import Role, State
from mailproc.ill.whereabouts import BROUGHT_BACK
from mailproc.notices.citation import cited
from mailproc.notices.holding import in_words
from mailproc.notices.language import Language
from mailproc.notices.order_details import DECLARED
from mailproc.office.queries.letters_about import LetterAbout
from mailproc.office.queries.listing import RequestLine
from mailproc.office.queries.request_details import Question, RequestDetails
from mailproc.office.wording import plain_text
from mailproc.office.wording.review_words import reviewed, to_decide
from mailproc.store.rows import StoredCharge

COPIES = 5
"""Copies of one catalogue that are shown."""


def stands(line: RequestLine, context: Context) -> str:
    """How it stands in the standard's terms, and where our last letter is if it has not simply gone."""
    language = context.language
    status = language.status(line.status, context.today(), ours=line.role == Role.RESPONDER)
    letter = language.letter_word("O", delivery(line.delivery, answered=line.answered))
    quiet = line.delivery in ("", "handed_over", "withdrawn")
    return status if quiet else f"{status} ({language.label('show', 'our_letter', state=letter)})"


def delivery(state: str, *, answered: bool) -> str:
    """Return the state of a letter as staff see it: an answer proves that somebody has carried the letter
    from the folder to them."""
    return "filed-answered" if state == "filed" and answered else state


def headline(found: RequestDetails, context: Context) -> str:
    """Return with whom it is and how it stands: "We borrow from UK-BL: Requested"."""
    line, told = found.line, stands(found.line, context)
    if not line.partner:
        return told
    way = "borrow" if line.role == Role.REQUESTER else "lend"
    return context.language.label("show", way, partner=_whom(found, context.language), status=told)


def named(found: RequestDetails, language: Language) -> str:
    """Return its number, title, author and reader on one line."""
    line = found.line
    by = f" · {line.author}" if line.author else ""
    return plain_text.one_line(f"{line.number} · {line.title}{by}{_reader(found, language)}")


def to_do(found: RequestDetails, language: Language) -> list[tuple[str, str]]:
    """Return why a person is needed, and how to go on by commands, each with its label."""
    return [*_to_do(found, language), *reviewed(found, language)]


def needs(found: RequestDetails, language: Language) -> list[tuple[str, str]]:
    """Return why a person is needed, and what is asked, each with its label; not how to go on."""
    words = language.texts.labels["show"]
    why = [(words["needs"], language.attention_word(reason)) for reason in found.line.needs]
    why += put_off(found, language)
    return [*why, *((words["asks"], asked.text) for asked in found.questions), *reviewed(found, language)]


def put_off(found: RequestDetails, language: Language) -> list[tuple[str, str]]:
    """Return until when staff have put it off, with its label; nothing where it is to be done now."""
    words = language.texts.labels["digest"]
    return [(words["put_off"], until(found.line, language))] if found.line.put_off is not None else []


def until(line: RequestLine, language: Language) -> str:
    """Return "until Tue 1 Dec" for what is put off, else ''."""
    day = line.put_off
    return language.label("digest", "until", day=language.day_word(day, day)) if day is not None else ""


def to_be_done(line: RequestLine, language: Language) -> str:
    """Return why it needs attention, for a list; what is put off says so first."""
    why = ", ".join(language.attention_word(reason) for reason in line.needs)
    if line.put_off is None:
        return why
    return f"{language.texts.labels['digest']['put_off']} {until(line, language)}: {why}"


def ways_on(found: RequestDetails, language: Language) -> tuple[Suggestion, ...]:
    """Return how to go on: what is possible and helps."""
    if is_unsent(found):
        return tuple(to_decide(found, language))
    return found.ways or tuple(_ways_on(found, language))


def is_unsent(found: RequestDetails) -> bool:
    """Return whether it was submitted, and nobody was asked yet."""
    return found.review is not None and not found.line.attempt


def answers(asked: Question, language: Language) -> tuple[Suggestion, Suggestion]:
    """Return the yes and the no to a question."""
    yes, no = "partners confirm", "partners forget"
    return (
        Suggestion(yes, language.way_word(yes), letter=asked.id),
        Suggestion(no, language.way_word(no), letter=asked.id),
    )


def if_nobody_acts(found: RequestDetails, context: Context) -> list[str]:
    """Return what the clock does, in order; first that a partner's words stop its letters to the partner."""
    return list(_if_nobody_acts(found, context))


def particulars(found: RequestDetails, context: Context) -> list[tuple[str, str]]:
    """Return what else is known of it, and what its reader was not told, each with its label."""
    return [*_particulars(found, context), *_untold(found, context.language)]


def _reader(found: RequestDetails, language: Language) -> str:
    if not found.patron:
        return ""
    name = found.patron.get("name") or found.patron["id"]
    if not found.patron.get("email"):
        name = language.label("show", "no_email", name=name)
    return " · " + language.label("show", "reader", name=name)


def _whom(found: RequestDetails, language: Language) -> str:
    """The partner, or who has the request now since the partner passed it on."""
    if found.passed_on is None:
        return found.line.partner
    told = language.label("show", "passed_on", library=found.passed_on["to"], partner=found.line.partner)
    return plain_text.one_line(told)


def _to_do(found: RequestDetails, language: Language) -> Iterator[tuple[str, str]]:
    """Why a person is needed, and how to go on."""
    words = language.texts.labels["show"]
    for reason in found.line.needs:
        yield words["needs"], language.attention_word(reason)
    yield from put_off(found, language)
    for way in ways_on(found, language):
        yield words["go_on"], f"{_commands(way, language)} ({way.does})"
    for asked in found.questions:
        yield words["asks"], asked.text
        yes, no = answers(asked, language)
        short = no.command.removeprefix("mailproc partners ")
        yield words["asks"], language.label("show", "either", first=yes.command, second=short)
    if not is_unsent(found):
        yield words["possible"], ", ".join(found.actions) or words["only_close"]


def _commands(way: Suggestion, language: Language) -> str:
    if way.then is None:
        return way.command
    return language.label("show", "then", first=way.command, second=way.then.command)


def _ways_on(found: RequestDetails, language: Language) -> Iterator[Suggestion]:
    """Where nobody holds an order of ours any more, and the request is open: whom to ask."""
    line = found.line
    over = State[line.state].gives_way or found.flaw
    if line.role != Role.REQUESTER or not over or found.closed_at:
        return
    waits = next((one.partner for one in found.rota if not one.tried and not one.why_not), "")
    if waits:
        yield Suggestion("next", language.label("show", "asks_next", partner=waits), line.number)
    if State[line.state] is not State.LOST:  # it has lost its copy to us
        again = language.label("show", "asks_again", partner=line.partner)
        yield Suggestion("again corrected", again, line.number)
    if not waits:
        other = language.label("show", "asks_other")
        yield Suggestion("add partner", other, line.number, then=Suggestion("next", other, line.number))


def _particulars(found: RequestDetails, context: Context) -> list[tuple[str, str]]:
    line, language, today = found.line, context.language, context.today()
    words = language.texts.labels["show"]
    pairs = [
        *_cited(found, language),
        (words["their_number"], line.their_number),
        (words["ordered_as"], line.ordered_as if line.ordered_as != f"{line.number}-{line.attempt}" else ""),
        (words["due"], language.day_word(line.due, today) if line.due else ""),
        (
            words["wanted_back"],
            language.day_word(found.wanted_back_by, today) if found.wanted_back_by else "",
        ),
        (words["reader_due"], _reader_due(found, language, today)),
        (language.texts.labels["patrons"]["pickup"], (found.patron or {}).get("pickup", "")),
        (words["whereabouts"], language.texts.labels["whereabouts"].get(found.whereabouts, "")),
        *((words["conditions"], one) for one in _conditions(found, language)),
        (words["barcode"], found.barcode),
        (words["came"], language.texts.labels["flaw"].get(found.flaw, "")),
        *((words["charges"], one) for one in _charges(found, language)),
        *_asked(found, language, today),
        (words["asked_before"], found.entry.asked_before),
        (words["also_wanted"], ", ".join(found.entry.also_wanted)),
        *_copyright(found, language, today),
        (words["needed_before"], language.day_word(found.need_before, today) if found.need_before else ""),
        *_catalogues(found, context),
        (words["rota"], " → ".join(_place(one, language) for one in found.rota)),
        *((words["if_nobody_acts"], one) for one in _if_nobody_acts(found, context)),
        (words["letters"], _letters(found.letters, language)),
    ]
    return [(name, value) for name, value in pairs if value]


def _reader_due(found: RequestDetails, language: Language, today: date) -> str:
    """The reader's due date, where it is not the lender's."""
    day = found.reader_due
    return language.day_word(day, today) if day and day != found.line.due else ""


def _charges(found: RequestDetails, language: Language) -> Iterator[str]:
    words = language.texts.labels
    for one in found.charges:
        what = words["charge_kinds"].get(one.kind, one.kind)
        yield f"{amount_word(one, language)} {words['charges'].get(one.status, one.status)} ({what})"


def amount_word(one: StoredCharge, language: Language) -> str:
    return language.amount(Money(amount=Decimal(one.amount), currency=one.currency or None))


def _conditions(found: RequestDetails, language: Language) -> Iterator[str]:
    """On what terms the item was lent."""
    terms = found.loan_terms or {}
    yield language.condition_word(terms.get("condition", ""))
    insured = {"insured": terms.get("insured_for"), "return_insurance": terms.get("return_insurance")}
    for name, amount in insured.items():
        if amount is not None:
            yield language.texts.incoming[name].format(value=_flat(amount, language))
    if why := loan_terms.against_renewal(terms, found.renewable):
        yield language.label("show", "no_renewal", why=language.label("no_renewal", why))


def _copyright(found: RequestDetails, language: Language, today: date) -> Iterator[tuple[str, str]]:
    """By whose word a copy of ours may be made: a reader's declaration, or the word of the USA."""
    entry, words = found.entry, language.texts.labels["show"]
    if declaration := entry.declaration:
        day = language.day_word(date.fromisoformat(declaration["signed_on"]), today)
        wording = f" ({declaration['wording']})" if declaration.get("wording") else ""
        signed = language.label("show", "declared", name=declaration["signed_by"], day=day)
        yield words["copyright"], f"{signed}{wording}"
    if entry.word:
        counted = language.label("show", "copies", count=entry.copies, year=entry.year)
        yield words["copyright"], f"{entry.word} ({counted})" if entry.copies else entry.word


def _place(one: Candidate, language: Language) -> str:
    why = f": {language.reason_word(one.why_not)}" if one.why_not else ""
    return f"{one.partner}{why}"


def _cited(found: RequestDetails, language: Language) -> list[tuple[str, str]]:
    said = (found.line.title, found.line.author)
    return list(cited(found.item, language, said=said))


def _catalogues(found: RequestDetails, context: Context) -> Iterator[tuple[str, str]]:
    """What catalogues say of the item: the first copies of each, and why there is no (newer) answer."""
    language, today = context.language, context.today()
    for one in found.looked:
        label = language.label("show", "catalogue", name=one.catalogue)
        for copy in one.answer.holdings[:COPIES]:
            who = f"{copy.symbol}: " if one.use == "union" and copy.symbol else ""
            yield label, f"{who}{in_words(copy, language, today)}"
        if one.fault:
            yield label, language.words_of(one.fault)
        elif not one.answer.holdings:
            yield label, language.texts.labels["locate"]["none_here"]


def _asked(found: RequestDetails, language: Language, today: date) -> list[tuple[str, str]]:
    """What a partner's request says beside the item; what it says by default is not."""
    said = {name: _flat(value, language) for name, value in found.asked.items()}
    if found.entry.word:
        said.pop("copyright_compliance", None)  # ours stands in its own line, with the count of copies
    if said.get("copyright_compliance") == DECLARED:
        said["copyright_compliance"] = language.texts.single[DECLARED]
    if "services" in said:
        said["services"] = ", ".join(map(language.service_word, found.asked["services"]))
    if said.get("expiry"):
        said["expiry"] = language.day_word(date.fromisoformat(said["expiry"]), today)
    return [
        (label, said[name])
        for name, label in language.texts.labels["asked"].items()
        if said.get(name) not in (None, "", "according-to-responder-policy")
    ]


def _flat(value: Any, language: Language) -> str:
    if isinstance(value, dict) and "amount" in value:
        money: Money = value_from_json(Money, value, "amount")
        return language.amount(money)
    if isinstance(value, dict):
        return ", ".join(_flat(each, language) for each in value.values())
    return ", ".join(_flat(each, language) for each in value) if isinstance(value, list) else str(value)


def _letters(letters: Sequence[LetterAbout], language: Language) -> str:
    """Each with what became of it, said once for those in a row that fared alike."""
    became = [(delivery(one.state, answered=one.answered), one.id) for one in letters]
    fared = [(state, [name for _, name in run]) for state, run in groupby(became, key=itemgetter(0))]
    return ", ".join(f"{' '.join(ids)} ({language.letter_word(ids[0], state)})" for state, ids in fared)


def _if_nobody_acts(found: RequestDetails, context: Context) -> Iterator[str]:
    language = context.language
    if Reason.MESSAGE in found.line.needs and not found.closed_at:
        yield language.texts.labels["show"]["staff_first"]
    for one in found.ahead:
        day = context.day_shown(one.at)
        here = of_timer(one.kind, with_us=found.whereabouts == BROUGHT_BACK or found.flaw == WRONG)
        yield f"{day}: {language.event_word(here)}"


def _untold(found: RequestDetails, language: Language) -> Iterator[tuple[str, str]]:
    words = language.texts.labels
    for one in found.untold:
        what = words["untold"].get(one.notice.removeprefix("patron/"), one.notice)
        yield words["show"]["not_told"], f"{what}: {language.words_of(one.why)}"
