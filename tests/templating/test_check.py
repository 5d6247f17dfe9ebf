"""Every way of breaking a text is found before it is used, with its file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.notices.catalogue import NOTICES
from mailproc.notices.language_files import shipped
from mailproc.templating.contract import samples
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.problem import BrokenTemplate, TemplateProblem
from mailproc.templating.sandbox import Sandbox
from tests.support.short_form import examples


def problems_of(templates: Templates, path: str, text: str) -> list[TemplateProblem]:
    """What is wrong with a draft; what passes its check can be rendered."""
    try:
        for context in samples(templates.contract(path)):
            templates.render_text(path, text, context)
    except BrokenTemplate as broken:
        return list(broken.problems)
    return []


TOP = "Subject: x\n\n"

BROKEN = [
    # name, text below the subject, line, field, words of the report
    ("a typo at the top", "{{ titel }}", 3, "titel", "did you mean title?"),
    ("a typo after a dot", "\n{{ reader.nmae }}", 4, "reader.nmae", "did you mean reader.name?"),
    ("a typo by item", "{{ reader['nmae'] }}", 3, "reader.nmae", "did you mean reader.name?"),
    ("an untaken branch", "{% if count == 99 %}\n{{ titel }}\n{% endif %}", 4, "titel", "title"),
    ("an untaken else", "{% if title %}\n{% else %}\n{{ titel }}\n{% endif %}", 5, "titel", "title"),
    ("an untaken elif", "{% if title %}\n{% elif titel %}\n{% endif %}", 4, "titel", "title"),
    ("an elif's text", "{% if title %}\n{% elif due %}\n{{ titel }}\n{% endif %}", 5, "titel", "title"),
    ("a loop's else", "{% for o in orders %}\n{% else %}\n{{ titel }}\n{% endfor %}", 5, "titel", "title"),
    ("inside a loop", "{% for o in orders %}\n{{ o.nubmer }}\n{% endfor %}", 4, "o.nubmer", "o.number?"),
    ("two loops", "{% for o in orders %}\n{% for l in o.linse %}{% endfor %}{% endfor %}", 4, "o.linse", ""),
    ("a loop's condition", "{% for o in orders if o.nubmer %}{% endfor %}", 3, "o.nubmer", "o.number"),
    ("after a loop", "{% for o in orders %}{% endfor %}{{ o.number }}", 3, "o", "there is no o"),
    ("loop's own name", "{% for o in orders %}{{ loop.indx }}{% endfor %}", 3, "loop.indx", "loop.index"),
    ("behind a set", "{% set who = reader %}\n{{ who.nmae }}", 4, "who.nmae", "who.name"),
    ("set in one branch only", "{% if due %}{% set x = due %}{% endif %}{{ x }}", 3, "x", "there is no x"),
    ("behind a filter", "{{ (orders | first).nubmer }}", 3, "this.nubmer", "there is no"),
    ("in a filter's argument", "{{ title | truncate(cuont) }}", 3, "cuont", "count"),
    ("in a joined attribute", '{{ orders | join(", ", attribute="nubmer") }}', 3, "nubmer", "number"),
    ("in a test's argument", "{% if count is divisibleby(cuont) %}{% endif %}", 3, "cuont", "count"),
    ("in a comparison", '{% if titel == "x" %}{% endif %}', 3, "titel", "title"),
    ("asked whether defined", "{% if titel is defined %}{% endif %}", 3, "titel", "title"),
    ("with a default", '{{ titel | default("x") }}', 3, "titel", "title"),
    ("in an inline else", "{{ title if title else titel }}", 3, "titel", "title"),
    ("no endfor", "{% for o in orders %}\n{{ o.number }}\n", 3, "", "endfor"),
    ("no endif", "{% if due %}\n", 3, "", "endif"),
    ("no closing brace", "\n{{ title }", 4, "", "unexpected"),
    ("one brace too few", "\n{ title }}", 4, "", "lonely }}"),
    ("a remark never closed", "{# remark", 3, "", "comment"),
    ("a wrong filter", "{{ title | uper }}", 3, "uper", "did you mean upper?"),
    ("a wrong filter, untaken", "{% if count == 99 %}{{ title | uper }}{% endif %}", 3, "uper", "upper"),
    ("a wrong test", "{% if count is evn %}{% endif %}", 3, "evn", "even"),
    ("a wrong tag", "\n{% fro o in orders %}", 4, "", "fro"),
    ("a list printed", "{{ orders }}", 3, "orders", "is a list"),
    ("a group printed", "{{ reader }}", 3, "reader", "reader.name"),
    ("a flag printed", "{{ urgent }}", 3, "urgent", "yes or no"),
    ("a comparison printed", "{{ count == 3 }}", 3, "this", "yes or no"),
    ("a list or text", "{{ orders or title }}", 3, "this", "is a list"),
    ("a flag and text", "{{ urgent and title }}", 3, "this", "yes or no"),
    ("a list as text", "{{ orders | upper }}", 3, "orders", "is a list"),
    ("groups joined", "{{ orders | join }}", 3, "", "attribute"),
    ("text as list", "{% for x in title %}{% endfor %}", 3, "title", "no list"),
    ("text with a dot", "{{ title.author }}", 3, "title.author", "title is plain"),
    ("a list with a dot", "{{ orders.number }}", 3, "orders.number", "is a list"),
    ("None printed", "\n{{ position }}", 4, "", "something absent"),
    ("nothing printed", "{{ none }}", 3, "", "something absent"),
    ("a fraction printed", "{{ 1.5 }}", 3, "", "cannot be printed"),
    ("a group that may be absent", "\n{{ guardian.name }}", 4, "", "absent"),
    ("an inline if without else", "{{ title if urgent }}", 3, "", "needs its else"),
    ("a filter that cannot work", "{{ title | truncate('x') }}", 3, "", ""),
]  # fmt: skip

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''['__class__'] }}",
    "{{ title.__class__.__mro__ }}",
    "{{ reader.__init__ }}",
    "{{ title.format(x=1) }}",
    "{{ '{0.__class__}'.format(title) }}",
    "{{ self }}",
    "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ lipsum() }}",
    "{{ title | attr('__class__') }}",
    "{{ orders | map(attribute='__class__') | list }}",
    "{% include '/etc/passwd' %}",
    "{% import '/etc/passwd' as x %}",
    "{% from '/etc/passwd' import x %}",
    "{% extends '/etc/passwd' %}",
    "{% block x %}{% endblock %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% for o in orders recursive %}{{ loop(orders) }}{% endfor %}",
    "{% for o in orders recursive %}{% endfor %}",
    "{% for x in range(999999999) %}{% endfor %}",
    "{% for x in range(99999) %}{% for y in range(99999) %}{% endfor %}{% endfor %}",
    "{{ 'x' * 999999999 }}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    "{{ '%0999999999d' % 1 }}",
    "{{ title | center(999999999) }}",
    "{{ title | indent(999999999) }}",
    "{{ title | indent(width=999999999) }}",
    "{% set x = title ~ title %}{{ x }}",
    "{% set x = [title, title] | join %}{{ x }}",
    "{% set x %}{{ title }}{% endset %}",
    "{% set ns.x = 1 %}",
    "{% with x = 1 %}{% endwith %}",
    "{% for a, b in orders %}{% endfor %}",
    "{% for a in orders %}{% for b in orders %}{% for c in orders %}{% for d in orders %}"
    "{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
    "{{ " + "(" * 3000 + "title" + ")" * 3000 + " }}",
    "{% if due %}" * 150 + "{% endif %}" * 150,
    "x" * 70_000,
]

FINE = [
    "{{ due or '-' }}",
    "{{ count }} {{ loop_less | default('x') if false else title }}".replace("loop_less", "title"),
    "{% if guardian %}{{ guardian.name }} {{ guardian.email or 'none' }}{% endif %}",
    "{% if position is not none %}{{ position }}{% endif %}",
    "{% for o in orders if o.note %}{{ loop.index }} {{ o.note }}{% else %}none{% endfor %}",
    "{% for o in orders %}{% for l in o.lines[:1] %}{{ l | upper | truncate(40) }}{% endfor %}{% endfor %}",
    "{{ words | join(', ') }} {{ orders | join(', ', attribute='number') }} {{ orders | length }}",
    "{% if 'LOAN' in words and urgent or not due %}x{% endif %}",
    "{% if due %}{% set x = due %}{% else %}{% set x = title %}{% endif %}{{ x }}",
    "{% filter indent(2) %}{{ title }}{% endfilter %}",
    "{{ 'urgent' if urgent else 'no hurry' }} {{ title[:10] }} {{ title ~ '!' }}",
    "{% raw %}curly { braces }{% endraw %} {# a remark #}",
    "{% for o in orders | sort(attribute='number') %}{{ o.number }}{% endfor %}",
]


@pytest.mark.parametrize(
    ("text", "line", "field", "words"), [pytest.param(*case[1:], id=case[0]) for case in BROKEN]
)
def test_a_broken_text_is_found_with_its_line(
    templates: Templates,
    put: Callable[[str, str], Path],
    text: str,
    line: int,
    field: str,
    words: str,
) -> None:
    file = put("en/staff/all.txt", TOP + text)
    problem = templates.check("en/staff/all.txt")[0]
    assert (problem.file, problem.line, problem.field) == (str(file), line, field)
    assert words in str(problem.text)
    with pytest.raises(BrokenTemplate, match=f"line {line}: "):
        templates.render("en/staff/all.txt", {})


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", ESCAPES)
def test_no_way_out_and_no_way_to_run_for_ever(templates: Templates, text: str) -> None:
    problems = problems_of(templates, "en/staff/all.txt", TOP + "text " + text)
    assert problems
    assert "root:" not in str(problems)
    with pytest.raises(BrokenTemplate):
        templates.render_text("en/staff/all.txt", TOP + "text " + text, {"title": "x"})


@pytest.mark.parametrize("text", FINE)
def test_what_a_letter_needs_is_allowed(templates: Templates, text: str) -> None:
    assert problems_of(templates, "en/staff/all.txt", TOP + "text " + text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dear reader\n\nhello", "first line"),
        ("Subject:\n\nhello", "first line"),
        ("Subject: {{ due }}\n\nhello", "first line"),  # empty when the date is absent
        ("Subject: x\nTo: victim@example.org\n\nhello", "empty line"),
        ("Subject: x\nhello", "empty line"),
        ("Subject: x\n\n", "no text"),
        ("", "first line"),
    ],
)
def test_a_letter_to_people_has_a_subject_and_nothing_else_on_top(
    templates: Templates, text: str, words: str
) -> None:
    problem = problems_of(templates, "en/staff/all.txt", text)[0]
    assert problem.line == 1
    assert words in str(problem.text)


def test_a_text_for_a_machine_needs_no_subject(templates: Templates) -> None:
    assert problems_of(templates, "wire/all.txt", "{{ title }}") == []


def test_every_wrong_name_is_told_at_once_in_the_order_of_lines(templates: Templates) -> None:
    text = TOP + "{{ titel }}\n{% if due %}\n{{ reader.nmae }}\n{% endif %}{{ cuont }}"
    problems = problems_of(templates, "en/staff/all.txt", text)
    assert [(problem.line, problem.field) for problem in problems] == [
        (3, "titel"), (5, "reader.nmae"), (6, "cuont")
    ]  # fmt: skip


def test_a_file_that_is_no_utf8_is_a_problem_not_a_crash(
    templates: Templates, put: Callable[[str, str], Path]
) -> None:
    put("en/staff/all.txt", "").write_bytes(b"Subject: caf\xe9\n\nx")
    assert "UTF-8" in str(templates.check("en/staff/all.txt")[0].text)


def test_the_sandbox_itself_offers_nothing_that_the_check_would_have_to_find() -> None:
    jinja = Sandbox()
    assert (jinja.globals, jinja.loader, jinja.extensions) == ({}, None, {})
    assert {"attr", "map", "format", "center", "replace", "pprint", "safe"}.isdisjoint(jinja.filters)


def test_a_dot_on_a_dict_is_never_one_of_pythons_methods() -> None:
    jinja = Sandbox()
    assert jinja.from_string("{{ x.items }}").render(x={"items": "mine"}) == "mine"
    with pytest.raises(Exception, match="pop"):
        jinja.from_string("{{ x.pop }}").render(x={})


PIECES = (
    *("{{", "}}", "{%", "%}", "{#", "#}", "if", "for", "in", "endif", "endfor", "set", "is", "not", "none"),
    *("reasons", "o", "request", "title", "patron", "name", "upper"),
    *(".", "|", "(", ")", "'", "[", "]", ":", "=", "~", "1", "x"),
)


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_whatever_is_typed_is_checked_without_a_crash(pieces: list[str]) -> None:
    for problem in problems_of(
        Templates([shipped_folder()], NOTICES), "en/patron/arrived.txt", TOP + " ".join(pieces)
    ):
        assert problem.file == "draft"
        assert problem.text


OPEN = {
    "a loop": ("a\n{% for x in people %}\nb\n\nc\n", 2, "{% for … %} is not closed: {% endfor %} is missing"),
    "a loop in a branch": (
        "{% if due %}\n{% for x in people %}\n{% endif %}\n",
        2,
        "{% for … %} is not closed: {% endfor %} is missing before the {% endif %} of line 3",
    ),
    "the outer of two": ("{% if due %}\n{% if due %}{% endif %}\n", 1, "{% if … %} is not closed"),
    "after a set": ("{% set a = due %}\n{% if due %}\n", 2, "{% if … %} is not closed"),
    "nothing": ("a\n{% endfor %}\n", 2, "{% endfor %} closes nothing that is open here"),
    "a second else": ("{% if due %}\n{% else %}\n{% else %}{% endif %}", 3, "{% else %} closes nothing"),
    "a tag that is none": ("{% foreach x %}", 1, "{% foreach %} is no tag; there are if, elif"),
    "a value": ("x\n{{ due\n", 2, "the text ends, expected }}"),
    "nothing in it": ("{{ }}", 1, "a name is missing, got }}"),
    "a comment": ("{# x", 1, "a comment is not closed: #} is missing"),
}


@pytest.mark.parametrize("case", OPEN)
def test_faults_of_form_are_said_in_plain_words_at_their_line(templates: Templates, case: str) -> None:
    text, line, words = OPEN[case]
    (problem, *_) = problems_of(templates, "en/staff/all.txt", text)
    assert (problem.line, str(problem.text)[: len(words)]) == (line, words)
    assert "Jinja" not in str(problem.text)
    assert "token" not in str(problem.text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ titel }}", "titel gibt es nicht; meinten Sie title?"),
        ("{{ reader.nmae }}", "reader.nmae gibt es nicht; meinten Sie reader.name?"),
        ("{{ }}", "ein Name fehlt, stattdessen steht da: }}"),
        ("{{ title | truncate( }}", "erwartet wird ')', da steht '}'"),
        ("{% if due %}", "{% if … %} ist nicht geschlossen: {% endif %} fehlt"),
        ("{{ title", "der Text endet, erwartet wird }}"),
        ("{{ title title }}", "erwartet wird }}, da steht 'title'"),
        ("{{ none }}", "etwas, das fehlt, kann nicht"),
    ],
)
def test_a_fault_is_named_in_the_language_of_who_reads(templates: Templates, text: str, said: str) -> None:
    (problem, *_) = problems_of(templates, "en/staff/all.txt", TOP + text)
    assert problem.line == 3 and said in shipped("de").word(problem.text)
