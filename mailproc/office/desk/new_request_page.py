"""The page that places a request: its form as it is filled in, and what the checks say at which field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailproc.flow.context import Context
from mailproc.ill.terms import Role
from mailproc.notices.vocabulary import Words
from mailproc.office.desk import new_request_form as form
from mailproc.office.desk.new_request_form import Typed
from mailproc.office.desk.pasted_request import Pasted
from mailproc.office.requests import lend
from mailproc.office.requests.entry_checks import Weight
from mailproc.office.requests.entry_findings import STOPS
from mailproc.office.requests.entry_preview import EntryPreview
from mailproc.office.wording.plain_text import cut
from mailproc.sentence import Part, Sentence, sentence
from mailproc.store import requests

ROOM = "desk_new"
MOST_LENDERS = 500
"""Libraries that a browser offers while one types."""
LONGEST = 80
_NAMING = frozenset({"field", "name"})
"""Values of sentences that name a field."""
_KINDS = {
    "need_before": "date",
    "declared_on": "date",
    "asked_on": "date",
    "note": "area",
    "their_note": "area",
    "copyright_declared": "flag",
    "borrower": "lender",
}


@dataclass(frozen=True)
class NewField:
    """``kind``: text | date | area | flag | choice | lender. ``said``: what is wrong with it."""

    name: str
    label: str
    kind: str
    value: str
    said: tuple[str, ...] = ()
    needed: bool = False
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class FieldGroup:
    """Fields under a heading. ``folded``: it is not needed mostly, and empty."""

    heading: str
    fields: tuple[NewField, ...]
    folded: bool = False


@dataclass(frozen=True)
class FindingWords:
    """What a check says. ``stops``: it is placed only if staff say so once more. ``field``: where it stands.
    ``number``, ``about``: of the request that it names, with what that is."""

    said: str
    stops: bool = False
    field: str = ""
    number: str = ""
    about: str = ""


@dataclass(frozen=True)
class NewRequestPage:
    """``refused``: why it was not placed; ``findings``: what the checks say; ``asks``: whom it would ask.
    ``lenders``: symbols and names. ``kept``: fields that the browser carries unseen."""

    groups: tuple[FieldGroup, ...]
    kept: tuple[tuple[str, str], ...]
    paste: str
    paste_said: tuple[str, ...]
    refused: tuple[FindingWords, ...]
    findings: tuple[FindingWords, ...]
    needs_anyway: bool
    asks: str
    lenders: tuple[tuple[str, str], ...]


def page(
    connection: Connection, context: Context, typed: Typed, seen: EntryPreview, pasted: Sequence[str] = ()
) -> NewRequestPage:
    """Return the page. ``pasted``: what became of a citation that was pasted."""
    refused, findings = said_of(connection, seen, context)
    said = (*refused, *findings)
    return NewRequestPage(
        groups=tuple(groups(form.GROUPS, typed, said, context)),
        kept=tuple((name, typed.get(name, "")) for name in form.KEPT),
        paste=typed.get("paste", ""),
        paste_said=tuple(pasted),
        refused=refused,
        findings=findings,
        needs_anyway=seen.needs_anyway,
        asks=_asks(seen, context),
        lenders=tuple(lenders(context)),
    )


def said_of(
    connection: Connection, seen: EntryPreview, context: Context
) -> tuple[tuple[FindingWords, ...], tuple[FindingWords, ...]]:
    """Return why it is refused, and what else the checks find."""
    stopped = tuple(one.said for one in seen.findings if one.weight is Weight.REFUSED)
    refused = tuple(refusal(one, context) for one in (*seen.refused, *stopped))
    findings = tuple(
        finding(connection, one.said, context, stops=one.weight in STOPS)
        for one in seen.findings
        if one.weight is not Weight.REFUSED
    )
    return refused, findings


def filled(found: Pasted, kept: Sequence[str], context: Context) -> Iterator[str]:
    """Yield what became of what was pasted. ``kept``: fields that say otherwise already."""
    word = context.language.label
    taken = ", ".join(
        label(name, context) for name in found.fields if name in form.FIELDS and name not in kept
    )
    yield word(ROOM, "pasted", fields=taken) if taken else word(ROOM, "pasted_nothing")
    if found.guessed and taken:
        yield word(ROOM, "guessed")
    if kept:
        said = "; ".join(f"{label(name, context)}: {cut(found.fields[name], LONGEST)}" for name in kept)
        yield word(ROOM, "pasted_kept", fields=said)
    if found.unread and found.guessed:
        yield word(ROOM, "not_understood", what=cut("; ".join(found.unread), 500))
    elif found.unread:
        yield context.language.word(sentence("citation-unread", what=cut("; ".join(found.unread), 500)))


def label(name: str, context: Context) -> str:
    """Return the label of a field."""
    words = context.language.texts
    own: Words = words.labels["desk_new"]
    return own.get(f"field_{name}") or words.citation.get(name) or name


def in_words(said: Part, context: Context) -> str:
    """Return a sentence as the desk says it: one that names an option of a command reads otherwise here."""
    if isinstance(said, Sentence):
        own = context.language.texts.labels["desk_new"].get(f"at_desk_{said.code}")
        if own is not None:
            return own
        named = {name: label(str(said.values[name]), context) for name in _NAMING & said.values.keys()}
        return context.language.word(Sentence(said.code, {**said.values, **named}))
    return context.language.word(said)


def groups(
    wanted: Mapping[str, Sequence[str]], typed: Typed, said: Sequence[FindingWords], context: Context
) -> Iterator[FieldGroup]:
    """Yield the fields in their groups; what is needed mostly stands open."""
    words = context.language.texts.labels["desk_new"]
    law = context.config.policy.copyright
    for name, fields in wanted.items():
        shown = tuple(field(one, typed, said, context) for one in fields)
        may_fold = name in ("more", "delivery", "their_delivery") or (name == "copyright" and law == "none")
        folded = may_fold and not any(one.value or one.said for one in shown)
        yield FieldGroup(words[f"group_{name}"], shown, folded)


def field(name: str, typed: Typed, said: Sequence[FindingWords], context: Context) -> NewField:
    """Return a field as it is filled in, with what is said of it."""
    choices = _choices(name, context)
    kind = "choice" if choices else "lender" if name in form.LENDERS else _KINDS.get(name, "text")
    return NewField(
        name,
        label(name, context),
        kind,
        typed.get(name, ""),
        tuple(one.said for one in said if one.field == name),
        name in ("service", "title", "borrower"),
        choices,
    )


def _choices(name: str, context: Context) -> tuple[tuple[str, str], ...]:
    if name == "service":
        return tuple((code, context.language.service_word(code)) for code in ("LOAN", "COPY"))
    if name == "asked_by":
        words = context.language.texts.labels["heard_by"]
        return tuple((code, words[code]) for code in lend.ASKED_BY)
    if name == "copyright_word":
        return (("CCG", "CCG"), ("CCL", "CCL"))
    return ()


def refusal(said: Part, context: Context) -> FindingWords:
    """Return why something was not done, with its field."""
    return FindingWords(in_words(said, context), field=form.field_of(said))


def finding(connection: Connection, said: Sentence, context: Context, *, stops: bool) -> FindingWords:
    """Return what a check says, with the request that it names."""
    number = str(said.values.get("number", ""))
    about = _about(connection, number, context) if number else ""
    return FindingWords(in_words(said, context), stops, form.field_of(said), number if about else "", about)


def _about(connection: Connection, number: str, context: Context) -> str:
    """Return what the other request is, so that one sees whether it is the same."""
    request = requests.by_number(connection, number)
    if request is None:
        return ""
    day = context.day_shown(request.created_at)
    return " · ".join(filter(None, (cut(request.title, LONGEST), cut(request.author, LONGEST), day)))


def _asks(seen: EntryPreview, context: Context) -> str:
    if seen.by_rule is not None:
        return context.language.word(seen.by_rule)
    return " → ".join(seen.lenders)


def lenders(context: Context) -> Iterator[tuple[str, str]]:
    """Yield symbol and name of whom we may ask."""
    lending = [one for one in context.config.partner if Role.RESPONDER in one.roles]
    for one in sorted(lending, key=lambda partner: partner.symbol)[:MOST_LENDERS]:
        yield one.symbol, one.name or one.symbol
