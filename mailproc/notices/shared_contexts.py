"""Who and what most letters to people speak of."""

from dataclasses import dataclass

from mailproc.templating.contract import field_help


@dataclass(frozen=True, kw_only=True)
class OurLibrary:
    name: str = field_help("The name of this library.", sample="Example Town Library")
    email: str = field_help("Where answers go.", sample="ill@library.example")


@dataclass(frozen=True, kw_only=True)
class Request:
    number: str = field_help("Our number of the request, B… or L….", sample="B12")
    title: str = field_help("Title of the book, or of the article.", sample="On Letters")
    author: str = field_help("Its author.", sample="Seneca", optional=True)
    service: str = field_help('"loan" or "copy", in the language of the letter.', sample="loan")


@dataclass(frozen=True, kw_only=True)
class Patron:
    name: str = field_help("The reader's name.", sample="A. Reader", optional=True)


@dataclass(frozen=True, kw_only=True)
class PartnerLibrary:
    name: str = field_help("The name of the other library.", sample="Other Town Library")


@dataclass(frozen=True, kw_only=True)
class EnclosedDocument:
    name: str = field_help("The name of the file.", sample="On Letters.pdf")
    size: str = field_help("Its size in bytes, in words of the language.", sample="48,123 bytes")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    partner: str = field_help("The library that was asked.", sample="Other Town Library")
    reason: str = field_help("Why it cannot supply, in words.", sample="it is on loan to somebody")
