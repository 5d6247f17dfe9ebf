"""How much work a text could make, told from its syntax tree: a text that prints nothing must end too.

Each expression counts, in a loop ten times as much, likewise in a block that is filtered; so many elements
have most lists of a letter.
"""

from jinja2 import nodes

from mailproc.sentence import sentence
from mailproc.templating.problem import TemplateProblem

MOST_WORK = 60_000
"""The shipped text that works most has an eighth of that."""
_TIMES = 10


def too_much(tree: nodes.Template, file: str) -> list[TemplateProblem]:
    """Return the problem of a text that could keep the service busy for long; [] if there is none."""
    done, waiting = 0, [(node, 1) for node in tree.body]
    while waiting:
        node, times = waiting.pop()
        done += times
        if done > MOST_WORK:
            return [TemplateProblem(file, node.lineno, "", sentence("text-work"))]
        inner = times * _TIMES if isinstance(node, nodes.For | nodes.FilterBlock) else times
        waiting += [(child, inner) for child in node.iter_child_nodes()]
    return []
