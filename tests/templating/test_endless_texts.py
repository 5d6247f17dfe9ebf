"""No text keeps the service busy for long: what it could do is counted before, and what it does."""

import pytest

from mailproc.notices.catalogue import NOTICES
from mailproc.templating import filter_work
from mailproc.templating.contract import samples
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.problem import BrokenTemplate
from mailproc.templating.sandbox import Sandbox

PATH = "en/staff/attention.txt"
SHIPPED = (shipped_folder() / PATH).read_text(encoding="utf-8")
LOOPS = "".join(f"{{% for {name} in words %}}" for name in "abc")
ENDS = "{% endfor %}" * 3


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates([shipped_folder()], NOTICES)


@pytest.mark.parametrize(
    ("added", "line"),
    [
        (f"{LOOPS}{ENDS}" * 500, 0),
        (LOOPS + "{% if words %}{% endif %}" * 400 + ENDS, 0),
        ("{% filter upper %}" * 6 + "x" + "{% endfilter %}" * 6, 0),
        ("\n\n" + LOOPS + "\n{{ a }}" * 200 + ENDS, 3),
    ],
    ids=["many loops", "much in loops", "filtered blocks", "a later line"],
)
def test_a_text_that_could_work_endlessly_is_broken(templates: Templates, added: str, line: int) -> None:
    (problem,) = templates.problems_of(PATH, SHIPPED + added, "draft")
    assert str(problem.text) == "too much work in loops inside loops"
    assert problem.line > SHIPPED.count("\n") + (line > 0)


def test_what_every_shipped_text_does_is_far_from_it(templates: Templates) -> None:
    for path in (PATH, "en/staff/digest.txt", "de/staff/digest.txt"):
        text = (shipped_folder() / path).read_text(encoding="utf-8")
        loops = "{% for a in groups %}{% for b in a.requests %}{{ b.title }}{% endfor %}{% endfor %}"
        more = loops * 20 if "digest" in path else ""
        assert templates.problems_of(path, text + more, "draft") == ()


def test_filters_in_loops_over_long_lists_end(templates: Templates) -> None:
    """With the samples, whose lists are short, it is in order: a long list shows it."""
    text = SHIPPED + LOOPS + "{% if words|sort|unique %}{% endif %}" * 12 + ENDS
    assert templates.problems_of(PATH, text, "draft") == ()
    values = samples(templates.contract(PATH))[0] | {"words": [f"word {number}" for number in range(60)]}
    with pytest.raises(BrokenTemplate, match="the filters have too much work in loops"):
        templates.render_text(PATH, text, values)
    assert templates.render_text(PATH, SHIPPED, values), "the next letter begins anew"


def test_a_long_value_counts_as_several() -> None:
    upper = filter_work.counted(str.upper)
    with filter_work.paid_by(filter_work.WorkAccount(100)):
        assert [upper("x") for _ in range(100)] == ["X"] * 100
        with pytest.raises(filter_work.TooMuchWork):
            upper("x")
    with filter_work.paid_by(filter_work.WorkAccount(200)):
        assert upper("x" * 4_000)
        with pytest.raises(filter_work.TooMuchWork):
            upper("x" * 4_000)


X = "x" * 99
GROWN = f"""{{% set a = "x"|indent("{X}", true)|wordwrap(1)|indent("{X}", true)|wordwrap(1) %}}"""
ENDLESS = {
    "a number that is worked out": GROWN + "{{ a|indent(a|length) }}",
    "a text that is worked out": GROWN + "{{ a|indent(a) }}",
    "wrapped again and again": GROWN + f'{{% set a = a|indent("{X}")|wordwrap(1) %}}' * 20,
    "a list that is joined": GROWN + "{{ [" + "a," * 9_000 + "a]|join|length }}",
    "joined": GROWN + "{{ (" + "~".join(["a"] * 9_000) + ")|length }}",
    "compared": GROWN + "{% set b = a|upper %}" + "{% if b in a %}{% endif %}" * 2_000,
    "sliced": GROWN + "{% if a[1:] %}{% endif %}" * 2_000,
    "a filtered block": GROWN + "{% filter length %}" + "{{ a }}" * 5_000 + "{% endfilter %}",
    "many sets": GROWN + "".join(f"{{% set s{n} = a|upper %}}" for n in range(1_500)),
}


@pytest.mark.costly
@pytest.mark.parametrize("name", ENDLESS)
def test_what_filters_make_is_paid_for_before_it_is_made(templates: Templates, name: str) -> None:
    """Arguments that are no constants and texts that grow: what is paid for bounds memory and time."""
    problems = templates.problems_of(PATH, SHIPPED + ENDLESS[name], "draft")
    assert {str(one.text) for one in problems} <= {
        "the filters have too much work in loops",
        "a filter takes texts of 100 characters and numbers to 1000 at most",
    }
    assert problems


def test_nothing_is_worked_out_while_a_text_is_compiled() -> None:
    source = Sandbox().compile("{{ 'x'|indent(900, true)|upper }}", raw=True)
    assert "X" * 10 not in source and " " * 900 not in source


def test_a_long_loop_is_paid_for_before_it_begins(templates: Templates) -> None:
    text = SHIPPED + LOOPS + "{% if a %}{% endif %}" * 9 + ENDS
    assert templates.problems_of(PATH, text, "draft") == ()
    values = samples(templates.contract(PATH))[0] | {"words": ["word"] * 400}
    with pytest.raises(BrokenTemplate, match="too much work in loops"):
        templates.render_text(PATH, text, values)


def test_a_long_value_of_a_letter_is_no_endless_work(templates: Templates) -> None:
    text = SHIPPED + "{% for a in words %}{{ a|wordwrap(72)|indent(4) }}{% endfor %}"
    values = samples(templates.contract(PATH))[0] | {"words": ["many words of a letter " * 400] * 10}
    assert len(templates.render_text(PATH, text, values)) > 90_000
