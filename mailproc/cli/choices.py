"""Options that take one of a few known words."""

from collections.abc import Collection, Iterable, Mapping

from mailproc.errors import LocalFault
from mailproc.ill.terms import Role, Service, State
from mailproc.notices.language import Language
from mailproc.notices.language_files import ENGLISH
from mailproc.sentence import sentence


def one_of(option: str, given: str, known: Iterable[str]) -> None:
    """Raise LocalFault if a word was given that is none of these, in upper or lower case."""
    words = list(known)
    if given and given.lower() not in map(str.lower, words):
        raise LocalFault(sentence("option-none-of", option=option, given=given, known=", ".join(words)))


def code_of(option: str, given: str, words: Mapping[str, Collection[str]]) -> str:
    """Return the code that is meant: itself, or one of the ``words`` that lists print for it; '' for ''.

    Raise LocalFault for any other word, and for one that several codes have.
    """
    said = given.casefold()
    found = [code for code, each in words.items() if said in map(str.casefold, each)]
    exact = [code for code in words if code.casefold() == said]
    if given and len(exact or found) != 1:
        raise LocalFault(sentence("option-none-of", option=option, given=given, known=", ".join(words)))
    return (exact or found)[0] if given else ""


def role_of(given: str) -> str:
    return code_of("--role", given, {Role.REQUESTER: ("borrower",), Role.RESPONDER: ("lender",)})


def state_of(given: str, language: Language) -> str:
    words = {one: (language.term_word(one), ENGLISH.term_word(one)) for one in State.__members__}
    return code_of("--state", given, words)


def service_of(given: str, language: Language) -> str:
    said = (language.texts.services, ENGLISH.texts.services)
    return code_of(
        "--service", given, {one: [each.get(one, one) for each in said] for one in Service.__members__}
    )
