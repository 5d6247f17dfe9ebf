"""One language: words for people instead of codes, and its days, numbers and amounts of money.

The command line and the notices use it; codes stay in ``--json``. What has no word is shown as its code:
a new code must never hide a request.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import TYPE_CHECKING

from mailproc.ill.apdu import Money
from mailproc.ill.findings import Noted
from mailproc.ill.status import OF_STATE, RequestStatus
from mailproc.ill.terms import Role, Service, State
from mailproc.notices.vocabulary import Vocabulary, Words
from mailproc.sentence import Note, Part, english, worded
from mailproc.sentence import note as note_of

if TYPE_CHECKING:
    from babel import Locale

MOST_DIGITS = 20
"""A number of more digits, before or after its point, is shown as it is written."""


@dataclass(frozen=True)
class Language:
    """``tag`` is its code ("cy", "de-AT"), known to CLDR."""

    tag: str
    texts: Vocabulary

    @cached_property
    def at_the_desk(self) -> "Language":
        """The same for pages, which have acts and fields instead of commands and options."""
        texts, beside = self.texts, self.texts.at_the_desk
        options = {**texts.options, **beside["options"]}
        pages = replace(
            texts,
            sentences={**texts.sentences, **beside["sentences"]},
            ways={**texts.ways, **beside["ways"]},
            options=options,
            typed={f"--{name}": word for name, word in options.items()},
        )
        return replace(self, texts=pages)

    def state_word(self, role: Role | str, state: State | str) -> str:
        """How a transaction stands, seen from our side. Takes the members or their names."""
        code = state.name if isinstance(state, State) else state
        return self.texts.states.get(str(role), {}).get(code, code)

    def term_word(self, state: State | str) -> str:
        """How a request in this state stands, in the standard's term: "Requested". Takes the member or its
        name."""
        code = state.name if isinstance(state, State) else state
        return self.texts.terms[OF_STATE[State[code]]] if code in State.__members__ else code

    def event_word(self, event: str) -> str:
        """What happened: messages by their row in CAPITALS (what they did), acts in lower case (we)."""
        return _first(event, self.texts.heard, self.texts.done)

    def told_word(self, event: str) -> str:
        """What we tell another library's people, by the row of the message ("LOST", "RENEW_ANSWER.no")."""
        return self.texts.told.get(event, event)

    def opening(self, kind: str, role: Role | str, service: Service | str) -> str:
        """The same as the sentence that begins a letter; ``role`` is ours."""
        texts = self.texts
        sentence = texts.openings.get(f"{kind}.{role}") or texts.openings.get(kind) or self.told_word(kind)
        return sentence.format(item=texts.items.get(str(service)) or texts.items["OTHER"])

    def please(self, kind: str, role: Role | str, circumstance: str = "") -> str:
        """What we ask them to do; '' for nothing."""
        texts = self.texts.please
        found = (texts.get(f"{kind}.{one}") for one in (circumstance, str(role)) if one)
        return next(filter(None, found), None) or texts.get(kind, "")

    def reason_word(self, reason: str) -> str:
        """Why it cannot be supplied: by the standard's name, the event that ended the attempt, or a code."""
        texts = self.texts
        return _first(reason, texts.reasons, texts.ends, texts.heard, texts.done, texts.reply_codes)

    def our_reason_word(self, reason: str) -> str:
        """Why we cannot supply it, or on which condition, as we say it to another library."""
        return self.texts.our_reasons.get(reason) or self.condition_word(reason)

    def own_reason_word(self, reason: str) -> str:
        """Why we could not supply it, or on which condition, as we say it among ourselves."""
        return self.texts.own_reasons.get(reason) or self.our_reason_word(reason)

    def wish(self, name: str, value: str) -> str:
        """A wish of a request, with its value."""
        return self.texts.wishes[name].format(value=value)

    def kind_word(self, kind: str) -> str:
        """What kind of item it is, by the value of its type."""
        return self.texts.kinds.get(kind, kind)

    def condition_word(self, condition: str) -> str:
        """What they set as a condition: by the standard's name."""
        return self.texts.conditions.get(condition) or self.reason_word(condition)

    def delivery_word(self, state: str) -> str:
        """Where our last letter is."""
        return self.texts.delivery.get(state, state)

    def letter_word(self, letter_id: str, state: str) -> str:
        """Where a letter is, or what became of a call of a hook (H…).

        One of ours (O…) that is dismissed had not arrived, whoever dismissed it.
        """
        if letter_id.startswith("H"):
            return self.delivery_word(f"call-{state}")
        ours = letter_id.startswith("O")
        return self.delivery_word("undelivered" if ours and state == "dismissed" else state)

    def attention_word(self, reason: str) -> str:
        """Why a human is needed."""
        return self.texts.attention.get(reason, reason)

    def action_word(self, action: str) -> str:
        """What staff may do."""
        return self.texts.actions.get(action, action)

    def option_word(self, action: str, option: str) -> str:
        """What an option of ``mailproc act`` names there."""
        options = self.texts.options
        return options.get(f"{action} {option}") or options.get(option, option)

    def way_word(self, key: str) -> str:
        """What a command does, by its key among ``ways``; else the word of the act."""
        return self.texts.ways.get(key) or self.action_word(key.removeprefix("act "))

    def service_word(self, service: Service | str) -> str:
        """What is asked for: "loan", "copy". Takes the member or its name."""
        return self.texts.services.get(str(service), str(service))

    def noted_word(self, note: str) -> str:
        """What the law found about an event; any other note as it is."""
        return self.texts.noted[Noted(note).name] if note in _NOTED else note

    def reply_code(self, code: str, means: str) -> str:
        """A partner's code with what it means beside it. ``means``: in English, as its codec says it; words
        of the site's own are shown as they are."""
        return self.label("history", "code", code=code, means=self.meaning(means)) if means else code

    def meaning(self, means: str) -> str:
        """What a reply code means, from its English words; others as they are."""
        return self.texts.reply_codes.get(_codes_by_meaning().get(means, ""), means)

    def about_text(self, told: str) -> str:
        """What a contract says of a text or a name in it, from its English words."""
        return self.texts.about_texts.get(_keys_about_texts().get(told, ""), told)

    def title_word(self, title: str) -> str:
        """The title, or words that say that there is none."""
        return title or self.texts.single["no_title"]

    def word(self, part: Part) -> str:
        """A sentence with its values, days with their year; words that are text stay as they are."""
        return worded(part, vars(self.texts), self._value)

    def words_of(self, note: Note) -> str:
        """What a column of the store says; an older release wrote words there."""
        return "; ".join(map(self.word, note.parts))

    def words_stored(self, column: str) -> str:
        """The same of the column as it is."""
        return self.words_of(note_of(column))

    def _value(self, value: int | date) -> str:
        """Numbers are mostly names of something (O1234): no marks between their figures."""
        return self._shown(value, "day_of_year") if isinstance(value, date) else str(value)

    def counted(self, name: str, count: int, *, plain: bool = False) -> str:
        """The text ``name`` in the plural form that goes with ``count``.

        ``plain``: digits alone, because programs read them.
        """
        forms = self.texts.counted[name]
        form = self._locale.plural_form(count)
        return forms.get(form, forms["other"]).format(count=count if plain else self.number(count))

    def day_word(self, day: date, today: date) -> str:
        """ "Mon 23 Nov", with its year where that is not today's; "Mo, 23.11.2026". Both in the library's
        time zone."""
        return self._shown(day, "day" if day.year == today.year else "day_of_year")

    def time_word(self, wall: datetime, today: date) -> str:
        """ "10:00", with its day where that is not today. Wall time of the library's zone."""
        from babel.dates import format_time  # as for days

        day = "" if wall.date() == today else f"{self.day_word(wall.date(), today)}, "
        return day + format_time(wall.time(), self.texts.formats["time"], locale=self._locale)

    def moment(self, wall: datetime) -> str:
        """ "24 Nov 2026 10:41". Wall time of the library's zone."""
        from babel.dates import format_datetime  # as for days

        return format_datetime(wall, self.texts.formats["moment"], locale=self._locale)

    def label(self, part: str, name: str, /, **values: object) -> str:
        """A text of the command line with its values."""
        return self.texts.labels[part][name].format(**values)

    def status(self, status: RequestStatus, today: date, *, ours: bool = False) -> str:
        """ "Hold placed, position 2", "Unfilled: it is on loan": for librarians. ``ours``: we lend."""
        word = self.own_reason_word if ours else self.condition_word
        reason = f": {word(status.reason)}" if status.reason else ""
        place = [self.label("status", "position", value=status.position)] if status.position else []
        day = [self.day_word(status.on, today)] if status.on else []
        told = ", ".join([self.texts.terms[status.term] + reason, *place, *day])
        return self.label("status", "closed", value=told) if status.closed else told

    def number(self, number: Decimal | int) -> str:
        """All its digits, with this language's marks: "1,234.50", "1.234,50"."""
        from babel.numbers import format_decimal  # here: who asks for JSON needs no locale

        exact = Decimal(number)
        exponent = exact.as_tuple().exponent
        if not isinstance(exponent, int) or max(exact.adjusted(), -exponent) > MOST_DIGITS:
            return str(number)
        places = "." + "0" * -exponent if exponent < 0 else ""
        return format_decimal(exact, f"#,##0{places}", locale=self._locale)

    def amount(self, money: Money | None) -> str:
        """An amount with its currency; '' of none."""
        if money is None:
            return ""
        form = self.texts.formats["amount"]
        return form.format(number=self.number(money.amount), currency=money.currency or "").strip()

    def _shown(self, day: date, name: str) -> str:
        from babel.dates import format_date  # as for numbers

        return format_date(day, self.texts.formats[name], locale=self._locale)

    @cached_property
    def _locale(self) -> "Locale":
        return locale_of(self.tag)


@cache
def _codes_by_meaning() -> Mapping[str, str]:
    return {means: code for code, means in english()["reply_codes"].items()}


@cache
def _keys_about_texts() -> Mapping[str, str]:
    return {told: key for key, told in english()["about_texts"].items()}


_NOTED = frozenset(one.value for one in Noted)


def locale_of(tag: str) -> "Locale":
    """What CLDR knows of the language. Raises ValueError where that is nothing."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-")
    except UnknownLocaleError as error:
        raise ValueError(str(error)) from error


def _first(code: str, *tables: Words) -> str:
    return next((table[code] for table in tables if code in table), code)
