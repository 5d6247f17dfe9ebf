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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


@dataclass(frozen=True)
class FieldHelp:
    """What a contract says of one name: ``help`` for staff, and a ``sample`` of the field's type."""

    help: str
    sample: Any
    optional: bool = False

    @property
    def absent(self) -> Any:
        """The value that stands for "not there": '' for text, () for a list, else None."""
        if isinstance(self.sample, str | tuple):
            return type(self.sample)()
        return None


@dataclass(frozen=True)
class Contract:
    """The promise between the code and one template.

    ``path`` is the shipped file below the search path ("artemail/order.txt",
    "en/patron/arrived.txt"); ``context`` the dataclass of its names; ``purpose`` one sentence for
    the list of templates. ``machine`` text is read by a partner's program and has its protocol's
    guard; other templates are letters to people: "Subject: …", an empty line, the body, and
    their first folder is a language.
    """

    path: str
    context: type
    purpose: str
    machine: bool = False


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
    """The context with every field at its sample, but for ``changes``."""
    fields: Mapping[str, FieldHelp] = fields_of(cast(Any, context))
    return context(**{name: told.sample for name, told in fields.items()} | changes)


def as_context(value: Any) -> dict[str, Any]:
    """A context as the plain dicts that Jinja is given (attributes cost the sandbox 2 to 6 times)."""
    return {name: _plain(getattr(value, name)) for name in fields_of(value.__class__)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return as_context(value) if dataclasses.is_dataclass(value) else value


def samples(contract: Contract) -> list[dict[str, Any]]:
    """The contexts that a template must survive before it is used.

    Everything there; each optional field absent, alone and all at once; every list with none,
    one and many; every yes/no both ways; the same inside nested contexts and lists of them.
    """
    full: Any = sample_of(contract.context)
    bare = {name: told.absent for name, told in fields_of(contract.context).items() if told.optional}
    tried = [full, dataclasses.replace(full, **bare), *_variants(full)]
    return [as_context(each) for each in tried]


def _variants(full: Any) -> Iterator[Any]:
    for name, told in fields_of(full.__class__).items():
        for value in _variants_of_field(told, getattr(full, name)):
            yield dataclasses.replace(full, **{name: value})


def _variants_of_field(told: FieldHelp, value: Any) -> Iterator[Any]:
    if told.optional:
        yield told.absent
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, tuple):
        yield from _lists(value)
    elif dataclasses.is_dataclass(value):
        yield from _variants(value)


def _lists(value: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    yield from ((), value[:1], value * 3)
    if value and dataclasses.is_dataclass(value[0]):
        yield from ((variant,) for variant in _variants(value[0]))
