"""A template's contract: which names its text may use, with help and a sample for each.

A contract is a frozen dataclass that describes the context, wrapped in a ``Contract`` that names
the file. Contracts are listed in plain tuples (one in each package that renders); importing
registers nothing.

A context holds text, whole numbers, yes/no (bool), other contexts (nested dataclasses) and lists
(tuples) of text or contexts. What is absent is *there and empty*, so that staff can always ask
``{% if x %}``: absent text is '', an absent list is (), anything else that is absent is None
(which may be asked for, but never printed).
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from mailproc.templating.heading import split_letter

T = TypeVar("T")


@dataclass(frozen=True)
class FieldHelp:
    """What a contract says about one name: ``help`` for staff, and a ``sample`` of the field's type."""

    help: str
    sample: Any
    optional: bool = False

    @property
    def absent(self) -> Any:
        """The value for "absent": '' for text, () for a list, else None."""
        if isinstance(self.sample, str | tuple):
            return type(self.sample)()
        return None


@dataclass(frozen=True)
class Situation:
    """One of the things that a letter may be about: the sample of its contract with ``changes``.

    A sample in which everything is present could contradict itself. ``name`` describes the situation in a few
    words.
    """

    name: str
    changes: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Contract:
    """The promise between the code and one template.

    ``path`` is the shipped file below the search path ("artemail/order.txt",
    "en/patron/arrived.txt"); ``context`` the dataclass of its names; ``purpose`` one sentence for
    the list of templates. ``machine`` text is read by a partner's program and has its protocol's
    guard; other templates are letters to people: "Subject: …", an empty line, the body, and
    their first folder is a language. ``situations`` are what a preview shows. ``must_say``: names whose
    text has to stand in every letter. ``form``: what makes the rendered text of a slip readable, as it is
    printed (``slip_parts.plain``); None for letters.
    """

    path: str
    context: type
    purpose: str
    machine: bool = False
    situations: tuple[Situation, ...] = ()
    must_say: tuple[str, ...] = ()
    form: Callable[[str], str] | None = None

    def finished(self, text: str) -> str:
        """Return a rendered text as people see it. Raise ValueError if it has not the form that it must."""
        if self.form is not None:
            return self.form(text)
        if not self.machine:
            split_letter(text)
        return text


def field_help(help: str, *, sample: Any, optional: bool = False) -> Any:  # noqa: A002  # reads well
    """A field of a contract. ``optional`` fields default to absent; lists may always be empty.

    >>> @dataclass(frozen=True, kw_only=True)
    ... class Order:
    ...     number: str = field_help("Our number of the order.", sample="B12-1")
    ...     note: str = field_help("A remark.", sample="Handle with care.", optional=True)
    """
    told = FieldHelp(help, sample, optional)
    default = told.absent if optional else dataclasses.MISSING
    return dataclasses.field(default=default, metadata={FieldHelp: told})


@cache
def fields_of(context: Any) -> Mapping[str, FieldHelp]:
    """The names of a context with their help, in order. A field without help is a bug: KeyError."""
    return {field.name: field.metadata[FieldHelp] for field in dataclasses.fields(context)}


def sample_of(context: type[T], **changes: Any) -> T:
    """Return the context with every field at its sample, except for ``changes``."""
    fields: Mapping[str, FieldHelp] = fields_of(cast(Any, context))
    return context(**{name: told.sample for name, told in fields.items()} | changes)


def as_context(value: Any) -> dict[str, Any]:
    """Return a context as plain dicts for Jinja (attributes cost the sandbox 2 to 6 times)."""
    return {name: _plain(getattr(value, name)) for name in fields_of(value.__class__)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return as_context(value) if dataclasses.is_dataclass(value) else value


def samples(contract: Contract) -> list[dict[str, Any]]:
    """Return the contexts that a template must render before it is used.

    Everything present; each optional field absent, alone and all at once; every list with none, one and many;
    every yes/no both ways; every number as one and two; the same in nested contexts and lists of them; each
    situation.
    """
    full: Any = sample_of(contract.context)
    bare = {name: told.absent for name, told in fields_of(contract.context).items() if told.optional}
    varied = (value for _, value in _variants(full))
    situated: Any = [sample_of(contract.context, **each.changes) for each in contract.situations]
    return [as_context(each) for each in (full, dataclasses.replace(full, **bare), *varied, *situated)]


@dataclass(frozen=True)
class Example:
    """A context that a letter could have.

    ``when`` describes it; ``is_variant``: it differs from a situation by one name.
    """

    when: str
    context: dict[str, Any]
    is_variant: bool = False


def examples(contract: Contract) -> Iterator[Example]:
    """Yield the contract's situations (its sample if it has none), then each with one name changed."""
    situations = contract.situations or (Situation("", {}),)
    made: list[tuple[str, Any]] = [
        (each.name, sample_of(contract.context, **each.changes)) for each in situations
    ]
    yield from (Example(name or "with everything", as_context(value)) for name, value in made)
    for name, value in made:
        for change, varied in _variants(value):
            if varied != value:
                yield Example(", ".join(filter(None, (name, change))), as_context(varied), is_variant=True)


Varied = tuple[str, Any]
"""What was changed, as text, and the value with it."""


def _variants(full: Any, prefix: str = "") -> Iterator[Varied]:
    for name, told in fields_of(full.__class__).items():
        for change, value in _variants_of_field(told, getattr(full, name), f"{prefix}{name}"):
            yield change, dataclasses.replace(full, **{name: value})


def _variants_of_field(told: FieldHelp, value: Any, name: str) -> Iterator[Varied]:
    if told.optional:
        yield f"without {name}", told.absent
    if isinstance(value, bool):
        yield f"{name}: {'no' if value else 'yes'}", not value
    elif isinstance(value, int):
        yield from ((f"{name}: {number}", number) for number in (1, 2))
    elif isinstance(value, tuple):
        yield from _lists(value, name)
    elif dataclasses.is_dataclass(value):
        yield from _variants(value, f"{name}.")


def _lists(value: tuple[Any, ...], name: str) -> Iterator[Varied]:
    yield from ((f"no {name}", ()), (f"one of {name}", value[:1]), (f"many {name}", value * 3))
    if value and dataclasses.is_dataclass(value[0]):
        yield from ((change, (varied,)) for change, varied in _variants(value[0], f"{name}[]."))
