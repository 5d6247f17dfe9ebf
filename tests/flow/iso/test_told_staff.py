"""The letter to staff says what the partner said, and what can be done about it."""

from datetime import date

import pytest

from .conftest import BORROWER, LENDER

CHARGES = {
    "results": "CONDITIONAL",
    "conditions": [{"condition": "charges", "reply_by": "2026-03-20"}],
    "note": "10 EUR",
}
ASKED = {"initial_requester": BORROWER, "tgq": "G1", "tq": "1"}


def told(iso) -> str:
    """The one letter to staff, its body."""
    (letter,) = iso.notices()
    body: str = letter.text.partition("\n\n")[2]
    return body


def test_a_condition(iso):
    iso.place(LENDER)
    iso.hears("ILL_ANSWER", **CHARGES)
    text = told(iso)
    assert "their condition: there are charges" in text
    assert "they want an answer by Fri 20 Mar" in text
    assert "their words: 10 EUR" in text
    for answer, does in (("yes", "agree"), ("no", "do not agree")):
        assert f"mailproc act B1 answer-condition --answer {answer}\n      {does}\n" in text


def test_a_reminder_says_the_condition_again(iso):
    iso.place(LENDER)
    iso.hears("ILL_ANSWER", **CHARGES)
    iso.sent.clear()
    iso.days(19)
    text = told(iso)
    assert "our answer is overdue" in text
    assert "their words: 10 EUR" in text and "answer-condition --answer no" in text


def test_a_renewal_refused(iso):
    iso.place(LENDER)
    iso.hears("SHIPPED", due={"on": "2026-04-01"})
    iso.act("B1", "receive")
    iso.act("B1", "renew")
    iso.sent.clear()
    iso.hears("RENEW_ANSWER", answer=False, note="Another reader waits for it")
    text = told(iso)
    assert "their words: Another reader waits for it" in text and "mailproc act B1 return" in text
    assert "renew\n" not in text  # not among the ways: they have just said no


@pytest.mark.parametrize(
    ("kind", "more", "says"),
    [
        ("ILL_ANSWER", {"results": "RETRY", "reason": "at-bindery", "retry_on": "2026-05-01"},
         ("their reason: it is at the binder's", "ask again on Fri 1 May", "mailproc amend B1 --again")),
        ("ILL_ANSWER", {"results": "ESTIMATE", "cost_estimate": {"amount": "12.50", "currency": "EUR"}},
         ("what it would cost", "it would cost 12.50 EUR", "mailproc amend B1 --title TITLE --again")),
        ("ILL_ANSWER", {"results": "ESTIMATE", "cost_words": "EUR 14.50 incl. postage"},
         ("they say what it would cost", "it would cost EUR 14.50 incl. postage")),
        ("ILL_ANSWER", {"results": "RETRY", "reason": "at-bindery", "extensions": [
            {"at": "results-explanation/retry-results/retry-date", "value": {"ascii": "next May"}}]},
         ("not understood: retry-date: next May",)),
        ("ILL_ANSWER", {"results": "RETRY", "extensions": [
            {"at": "results-explanation",
             "value": {"choice": "retry-results", "value": {"retry-date": {"ascii": "next May"}}}}]},
         ("not understood: results-explanation: next May",)),
        ("ILL_ANSWER", {"results": "LOCATIONS_PROVIDED", "locations": [{"symbol": "X-A"}, {"symbol": "X-B"}]},
         ("they name X-A, X-B", "mailproc next B1 --partner SYMBOL")),
        ("ILL_ANSWER", {"results": "UNFILLED", "reason": "not-owned", "note": "Never had it"},
         ("their reason: they do not own it", "their words: Never had it", "next B1 --partner SYMBOL")),
        ("MESSAGE", {"note": "Which edition?"}, ("their words: Which edition?", "B1 message --note TEXT")),
        ("LOST", {"note": "in the post"}, ("their words: in the post",)),
    ],
)  # fmt: skip
def test_what_a_lender_says(iso, kind, more, says):
    iso.place(LENDER)
    iso.hears(kind, **more)
    text = told(iso)
    for words in says:
        assert words in text, text


@pytest.mark.parametrize(
    ("kind", "more", "says"),
    [
        ("CANCEL", {"note": "found here"}, ("their words: found here", "act L1 cancel-reply --answer yes")),
        ("RENEW", {"desired_due_on": "2026-05-01"},
         ("they wish to keep it until Fri 1 May", "act L1 renew-reply --answer yes --date DAY")),
        ("DAMAGED", {"damaged_details": "wet", "note": "sorry"}, ("their words: sorry",)),
    ],
)  # fmt: skip
def test_what_a_borrower_says(iso, kind, more, says):
    iso.asks()
    if kind != "CANCEL":
        iso.act("L1", "ship", on=date(2026, 4, 1))
    iso.sent.clear()
    iso.hears(kind, BORROWER, ASKED, **more)
    text = told(iso)
    for words in says:
        assert words in text, text


def test_in_german(make_iso):
    iso = make_iso(library=_speaking(make_iso(), "de"))
    iso.place(LENDER)
    iso.hears("ILL_ANSWER", **CHARGES)
    text = told(iso)
    for words in ("Was sie sagen:", "ihre Bedingung: ", "sie wollen eine Antwort bis ", "ihre Worte: 10 EUR",
                  "Was Sie tun k", "answer-condition --answer yes\n      zustimmen"):  # fmt: skip
        assert words in text, text


@pytest.mark.parametrize(
    ("language", "volume", "pages"), [("en", "Volume", "Pages"), ("de", "Band", "Seiten")]
)
def test_all_fields_of_a_request(make_iso, language, volume, pages):
    iso = make_iso(library=_speaking(make_iso(), language))
    item = {
        "title": "A Journal",
        "article_title": "An Article",
        "volume_issue": "12, 3",
        "pagination": "33-40",
    }
    iso.place(LENDER, service="COPY", item=item)
    iso.hears("ILL_ANSWER", **CHARGES)
    text = told(iso)
    for words in ("An Article\n  ", ": A Journal\n", f"  {volume}: 12, 3\n", f"  {pages}: 33-40\n"):
        assert words in text, text


def _speaking(iso, language):
    return iso.app.config.library.model_copy(update={"language": language})
