"""A template that would take the machine's memory or time is refused with a sentence and its line."""

import pytest

from mailproc.templating.contract import as_context, sample_of
from mailproc.templating.problem import BrokenTemplate

from .conftest import Everything

FULL = as_context(sample_of(Everything))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{{ "9" * 10**9 }}', "a letter cannot do this"),
        ("{{ 10**10**10 }}", "a letter cannot do this"),
        ("{% for one in range(10**9) %}a{% endfor %}", "there is no range"),
        ('{{ "%1000000000d" % 5 }}', "a letter cannot do this"),
        ('{{ "a"|indent(999999999) }}', "too large a number"),
        ("{{ 1e999999999 }}", "too large a number"),
        ("{{ 1e300 }}", "too large a number"),
        ("a\n{{ " + "9" * 5000 + " }}", "line 2: a number of so many digits"),
        ("{{ " + "9" * 4000 + " }}", "too large a number"),
        ('{{ "a b c d"|wordwrap(1, true, "' + "x" * 5000 + '") }}', "100 characters at most"),
    ],
)
def test_what_has_no_end_is_refused(templates, text, says):
    with pytest.raises(BrokenTemplate) as refused:
        templates.render_text("wire/all.txt", text, FULL)
    assert says in str(refused.value) and len(str(refused.value)) < 500


def test_a_letter_that_grows_in_loops_is_given_up(templates, monkeypatch):
    monkeypatch.setattr("mailproc.templating.rendering.LONGEST_LETTER", 10_000)
    whole = templates.render_text("wire/all.txt", "x" * 9_000, FULL)
    assert whole == "x" * 9_000
    with pytest.raises(BrokenTemplate, match="the letter becomes longer than 10000 characters"):
        templates.render_text("wire/all.txt", "y{{ 1 }}" * 6_000, FULL)
