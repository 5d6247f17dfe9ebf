"""Describe Jinja's syntax errors for the person who edits a letter, with the line."""

import re

from jinja2 import TemplateSyntaxError

from mailproc.templating.problem import TemplateProblem
from mailproc.templating.rendering import sentence

_TAG = re.compile(r"\{%[-+]?\s*(end)?(if|for)\b")
_INNERMOST = re.compile(r"innermost block that needs to be closed is '(\w+)'")
_STRAY = re.compile(r"Encountered unknown tag '(\w+)'")
_TOKENS = {
    "'end of print statement'": "}}",
    "'end of statement block'": "%}",
    "end of print statement": "}}",
    "end of statement block": "%}",
    "token ": "",
    "char ": "sign ",
    "unexpected end of template": "the text ends",
    "Expected an expression": "a name is missing",
    "expected name or number": "a name is missing after the dot",
    "tag name expected": "a word such as if or for is missing after {%",
    "Missing end of comment tag": "a comment is not closed: #} is missing",
}
_KNOWN = ("if", "elif", "else", "endif", "for", "endfor", "set", "endset", "filter", "endfilter")


def problem_of(error: TemplateSyntaxError, text: str, name: str) -> TemplateProblem:
    """Return the problem of ``text``. An unclosed block is reported where it was opened."""
    message = error.message or ""
    stray, innermost = _STRAY.search(message), _INNERMOST.search(message)
    if stray and stray[1] not in _KNOWN:
        told = f"{{% {stray[1]} %}} is no tag; there are {', '.join(_KNOWN[:8])}"
        return TemplateProblem(name, error.lineno, "", told)
    if innermost and not (stray and stray[1] == "else"):
        word = innermost[1]
        told = f"{{% {word} … %}} is not closed: {{% end{word} %}} is missing"
        if stray:
            told += f" before the {{% {stray[1]} %}} of line {error.lineno}"
        return TemplateProblem(name, _opened(text, word) or error.lineno, "", told)
    if stray:
        return TemplateProblem(name, error.lineno, "", f"{{% {stray[1]} %}} closes nothing that is open here")
    return TemplateProblem(name, error.lineno, "", _plainly(message))


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


def _plainly(message: str) -> str:
    for jinjas, ours in _TOKENS.items():
        message = message.replace(jinjas, ours)
    return sentence(message)
