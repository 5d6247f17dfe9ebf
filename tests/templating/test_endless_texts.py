"""No text keeps the service busy for long: what it could do is counted before, and what it does."""

import pytest

from mailproc.notices.catalogue import NOTICES
from mailproc.templating import filter_work
from mailproc.templating.contract import samples
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.problem import BrokenTemplate

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
    assert problem.text == "too much work in loops inside loops"
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


def test_a_long_value_counts_as_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filter_work, "MOST", 100)
    upper = filter_work.counted(str.upper)
    filter_work.begin()
    assert [upper("x") for _ in range(100)] == ["X"] * 100
    with pytest.raises(filter_work.TooMuchWork):
        upper("x")
    filter_work.begin()
    assert upper("x" * 4_000)
    with pytest.raises(filter_work.TooMuchWork):
        upper("x" * 4_000)
