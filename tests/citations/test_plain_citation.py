"""Citations in words: the common forms are taken apart, and of any other nothing is filled in wrongly."""

import pytest

from mailproc.citations import bibtex, plain_citation
from mailproc.errors import LocalFault

LOCKS = {
    "title": "Journal of Weirs", "article_title": "On Locks", "article_author": "Smith, J",
    "volume_issue": "12(3)", "pagination": "45-52", "publication_date": "2019",
}  # fmt: skip
DIKES = {"title": "The Book of Dikes", "author": "Smith, John", "publication_date": "2005"}
CASES = {
    'Smith, J. "On Locks." Journal of Weirs 12(3) (2019): 45-52. doi:10.1234/abc': LOCKS
    | {"additional_numbers": "doi:10.1234/abc"},
    "Smith, J. “On Locks.” Journal of Weirs, vol. 12, no. 3, 2019, pp. 45–52.": LOCKS,
    'Smith, J. "On Locks." Journal of Weirs 12, no. 3 (2019): 45-52.': LOCKS,
    "Smith, J. (2019). On Locks. Journal of Weirs, 12(3), 45-52. https://doi.org/10.1234/abc": LOCKS
    | {"additional_numbers": "doi:10.1234/abc"},
    "Smith J, Doe A. On locks. J Weirs. 2019;12(3):45-52. PMID: 123456": {
        "title": "J Weirs", "article_title": "On locks", "article_author": "Smith J, Doe A",
        "volume_issue": "12(3)", "pagination": "45-52", "publication_date": "2019",
        "additional_numbers": "pmid:123456",
    },
    "Müller, Hans: Deichbau an der Elbe. In: Zeitschrift für Wasserbau 47 (1998), H. 2, S. 113-129.": {
        "title": "Zeitschrift für Wasserbau", "article_title": "Deichbau an der Elbe",
        "article_author": "Müller, Hans", "volume_issue": "47(2)", "pagination": "113-129",
        "publication_date": "1998",
    },
    "Meyer, K.: Handbuch der Schleusen. 3. Aufl., Berlin: Springer 2005.": {
        "title": "Handbuch der Schleusen", "author": "Meyer, K", "edition": "3", "place": "Berlin",
        "publisher": "Springer", "publication_date": "2005",
    },
    "Seneca, L.: On Letters. Oxford 1969. ISBN 978-3-16-148410-0": {
        "title": "On Letters", "author": "Seneca, L", "place": "Oxford", "publication_date": "1969",
        "isbn": "978-3-16-148410-0",
    },
    "Smith, J. (2019). The Book of Dikes (2nd ed.). London: Weir Press.": {
        "title": "The Book of Dikes", "author": "Smith, J", "edition": "2nd", "place": "London",
        "publisher": "Weir Press", "publication_date": "2019",
    },
    "Smith, John. The Book of Dikes. London: Weir Press, 2005.": DIKES
    | {"place": "London", "publisher": "Weir Press"},
    "Smith, John. The Book of Dikes. Weir Press, 2005.": DIKES | {"publisher": "Weir Press"},
    "On Letters": {"title": "On Letters"},
}  # fmt: skip
NOT_UNDERSTOOD = (
    "Smith, J. (2019). On locks. And weirs. J. Weirs, 12(3), 45-52.",
    'Smith, J. "On Locks." In Weirs, edited by A. Doe, 45-52. London, 2019.',
    "J. Smith, Nature 12 (2019) 45",
    "Weirs 12 H. 2 S. 113-129 (1998)",
    "see note 4: On locks, p. 45",
    "Dikes: a history. London: Weir Press 1999",
    "Dikes: a history. In: Journal of Weirs 12 (1998), S. 4-9",
    "Smith, J. (2019). On locks. Journal of Weirs, in press",
)
BIBTEX = """@article{smith2019,
  author = {Smith, J. and Doe, A.},
  title = "On {Locks}, and weirs",
  journal = {Journal of Weirs}, volume = 12, number = {3},
  pages = {45--52}, year = 2019, doi = {10.1234/abc}, note = {M{\\"u}ller}
}"""


@pytest.mark.parametrize("text", CASES)
def test_a_common_form_is_taken_apart(text: str) -> None:
    found = plain_citation.read(text)
    assert (found.said(), found.unread) == (CASES[text], ())
    assert found.service == ("COPY" if "article_title" in CASES[text] else "LOAN")


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_of_another_nothing_is_filled_in(text: str) -> None:
    found = plain_citation.read(f"{text} doi:10.1234/abc")
    assert found.said() == {"additional_numbers": "doi:10.1234/abc"}
    assert found.unread == (text.rstrip("."),) or found.unread == (text.strip(" .,;:()-"),)
    assert found.service == ""


def test_bibtex() -> None:
    found = bibtex.read(BIBTEX)
    assert found.service == "COPY" and found.unread == ('note: M\\"uller',)
    assert found.said() == {
        "type": "SERIAL", "title": "Journal of Weirs", "article_title": "On Locks, and weirs",
        "article_author": "Smith, J.; Doe, A.", "volume_issue": "12(3)", "pagination": "45-52",
        "publication_date": "2019", "additional_numbers": "doi:10.1234/abc",
    }  # fmt: skip
    assert bibtex.read("@book{a, title={On Letters}}").service == "LOAN"
    with pytest.raises(LocalFault):
        bibtex.read(f"{BIBTEX}\n{BIBTEX}")


@pytest.mark.parametrize("text", ["@article{", "@article{}", "@book{{{{", '@book{a, title="', "@x{", "@"])
def test_broken_bibtex_is_no_fault_of_ours(text: str) -> None:
    assert not bibtex.is_one(text) or bibtex.read(text).item.title is None
