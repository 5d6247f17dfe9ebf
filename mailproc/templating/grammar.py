"""Describe Jinja's syntax errors for the person who edits a letter, with the line."""

import re

from jinja2 import TemplateSyntaxError

from mailproc.sentence import Part, sentence
from mailproc.templating.problem import TemplateProblem
from mailproc.templating.rendering import one_line

_TAG = re.compile(r"\{%[-+]?\s*(end)?(if|for)\b")
_INNERMOST = re.compile(r"innermost block that needs to be closed is '(\w+)'")
_STRAY = re.compile(r"Encountered unknown tag '(\w+)'")
_EXPECTED = re.compile(r"expected token (.+), got (.+)")
_INSTEAD = re.compile(r"unexpected ([^,]+), expected (.+)")
_UNEXPECTED = re.compile(r"unexpected (?:char )?(.+?)(?: at \d+)?")
_NO_NAME = re.compile(r"Expected an expression, got (.+)")
_TOKENS = {"end of print statement": "}}", "end of statement block": "%}"}
_SAID = {
    "expected name or number": "text-after-dot",
    "tag name expected": "text-tag-missing",
    "Missing end of comment tag": "text-comment-open",
}
_END = "unexpected end of template, expected "
_KNOWN = ("if", "elif", "else", "endif", "for", "endfor", "set", "endset", "filter", "endfilter")


def problem_of(error: TemplateSyntaxError, text: str, name: str) -> TemplateProblem:
    """Return the problem of ``text``. An unclosed block is reported where it was opened."""
    message = error.message or ""
    stray, innermost = _STRAY.search(message), _INNERMOST.search(message)
    if stray and stray[1] not in _KNOWN:
        told = sentence("text-no-tag", tag=stray[1], known=", ".join(_KNOWN[:8]))
        return TemplateProblem(name, error.lineno, "", told)
    if innermost and not (stray and stray[1] == "else"):
        word = innermost[1]
        told = sentence("text-not-closed", tag=word)
        if stray:
            told = sentence("text-not-closed-before", tag=word, other=stray[1], line=error.lineno)
        return TemplateProblem(name, _opened(text, word) or error.lineno, "", told)
    if stray:
        return TemplateProblem(name, error.lineno, "", sentence("text-closes-nothing", tag=stray[1]))
    return TemplateProblem(name, error.lineno, "", _plainly(one_line(message)))


def _opened(text: str, word: str) -> int:
    """Return the line of the last block of that kind still open at the end, or where another closes; 0."""
    stack: list[tuple[str, int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        for end, tag in _TAG.findall(line):
            if not end:
                stack.append((tag, number))
            elif stack and stack[-1][0] == tag:
                stack.pop()
            else:
                return next((at for each, at in reversed(stack) if each == word), 0)
    return next((at for each, at in reversed(stack) if each == word), 0)


def _plainly(message: str) -> Part:
    if code := _SAID.get(message):
        return sentence(code)
    if message.startswith(_END):
        return sentence("text-ends", wanted=_token(message.removeprefix(_END)))
    if found := _NO_NAME.fullmatch(message):
        return sentence("text-name-missing", got=_token(found[1]))
    if found := _EXPECTED.fullmatch(message):
        return sentence("text-expected", wanted=_token(found[1]), got=_token(found[2]))
    if found := _INSTEAD.fullmatch(message):
        return sentence("text-expected", wanted=_token(found[2]), got=_token(found[1]))
    found = _UNEXPECTED.fullmatch(message)
    return sentence("text-unexpected", got=_token(found[1])) if found else message


def _token(named: str) -> str:
    bare = named.rstrip(".").strip("'")
    return _TOKENS.get(bare, named)
