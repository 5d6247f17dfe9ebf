"""The options of a citation, the same for `request` and `amend`, and the fields of an item that they make.

Each has the name of its field, and most a second one as people say it: --pages for --pagination.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from mailproc.errors import LocalFault
from mailproc.ill.copyright_rules import US_WORDS
from mailproc.sentence import sentence

Title = Annotated[str, typer.Option(help="Of the book; with --journal, of the article.")]
Author = Annotated[str, typer.Option(help="Of the book; with --journal, of the article.")]
Journal = Annotated[str, typer.Option(help="The journal's title.")]
ArticleTitle = Annotated[str, typer.Option("--article", "--article-title", help="Article or chapter.")]
ArticleAuthor = Annotated[str, typer.Option("--article-author", help="Who wrote the article or chapter.")]
VolumeIssue = Annotated[str, typer.Option("--volume-issue", help="As cited: 12(3).")]
Volume = Annotated[str, typer.Option(help="Volume alone: 12.")]
Issue = Annotated[str, typer.Option(help="Issue, with --volume: 3.")]
Year = Annotated[str, typer.Option("--year", "--publication-date", help="As cited: 2019.")]
Pages = Annotated[str, typer.Option("--pages", "--pagination", help="As cited: 45-52.")]
Edition = Annotated[str, typer.Option(help="As cited: 2nd ed.")]
Publisher = Annotated[str, typer.Option()]
Series = Annotated[str, typer.Option(help="Title and number of the series.")]
Isbn = Annotated[str, typer.Option()]
Issn = Annotated[str, typer.Option()]

Copyright = Annotated[
    str, typer.Option("--copyright", metavar="CCG|CCL", help="USA: within which rule it is copied.")
]
DeclaredBy = Annotated[str, typer.Option(metavar="NAME", help="Who signed the copyright declaration.")]
DeclaredOn = Annotated[str, typer.Option(metavar="DAY", help="When it was signed; default today.")]
Wording = Annotated[str, typer.Option(help="Which version of the declaration; default as config.toml says.")]


@dataclass(frozen=True)
class Cited:
    """What the options said; '' for each that was not given."""

    title: str = ""
    author: str = ""
    journal: str = ""
    article_title: str = ""
    article_author: str = ""
    volume_issue: str = ""
    volume: str = ""
    issue: str = ""
    publication_date: str = ""
    pagination: str = ""
    edition: str = ""
    publisher: str = ""
    series: str = ""
    isbn: str = ""
    issn: str = ""


_AS_THEY_ARE = ("publication_date", "pagination", "edition", "publisher", "series", "isbn", "issn")


def fields(cited: Cited) -> dict[str, str]:
    """Return the fields of the item that were given. Raise LocalFault if two options contradict."""
    found = {name: getattr(cited, name) for name in _AS_THEY_ARE}
    found |= _names(cited) | {"volume_issue": _volume_issue(cited)}
    return {name: text for name, text in found.items() if text}


def copyright_fields(word: str, by: str, on: str, wording: str) -> dict[str, Any]:
    """Return the fields of a request that the options of copyright say. Raise LocalFault."""
    found: dict[str, Any] = {}
    if word:
        found["copyright_compliance"] = US_WORDS.get(word.upper(), word)
    if by:
        declaration = {"signed_by": by, "signed_on": on, "wording": wording}
        found["declaration"] = {name: text for name, text in declaration.items() if text}
    elif on or wording:
        raise LocalFault(sentence("declared-by-whom"))
    return found


def _names(cited: Cited) -> dict[str, str]:
    """Return titles and authors: with --journal, --title and --author are those of the article."""
    names = {name: getattr(cited, name) for name in ("title", "author", "article_title", "article_author")}
    if not cited.journal:
        return names
    for of_article, own in (("article_title", "title"), ("article_author", "author")):
        if names[of_article] and names[own]:
            raise LocalFault(
                sentence("cited-twice", first=f"--{own}", second=f"--{of_article.replace('_', '-')}")
            )
    return {
        "title": cited.journal,
        "article_title": cited.article_title or cited.title,
        "article_author": cited.article_author or cited.author,
    }


def _volume_issue(cited: Cited) -> str:
    if cited.volume_issue and (cited.volume or cited.issue):
        raise LocalFault(sentence("cited-twice", first="--volume-issue", second="--volume, --issue"))
    if cited.issue and not cited.volume:
        raise LocalFault(sentence("issue-needs-volume"))
    return f"{cited.volume}({cited.issue})" if cited.issue else cited.volume or cited.volume_issue
