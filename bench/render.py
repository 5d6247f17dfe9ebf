"""G10: an order through our checked templates against plain Jinja2, both compiled once."""

from jinja2 import Environment

from bench.figures import Figures, Goal, Suite
from bench.parse import rate
from mailproc.protocols.artemail.write.contracts import CONTRACTS, ORDER, OrderText
from mailproc.templating.contract import as_context
from mailproc.templating.environment import Templates
from mailproc.templating.folders import shipped_folder
from mailproc.templating.sandbox import Sandbox

GOALS = (
    Goal("G10", "rendering a 15-line order, to plain Jinja2", "ours", "plain", 0.6),
    Goal("G10", "templates compiled while 200 orders are rendered", "compiled", "", 0, "", at_most=True),
)
CONTEXT = as_context(
    OrderText(
        number="B1-1",
        rz=False,
        keywords=("S", "SED99"),
        lines=tuple(f"LINE {n} OF A LONG BIBLIOGRAPHIC DESCRIPTION" for n in range(12)),
        address=("reader@college.example",),
    )
)


def measure() -> Figures:
    templates = Templates([shipped_folder()], CONTRACTS)
    templates.render(ORDER.path, CONTEXT)
    text = templates.source(ORDER.path).text
    options = {"trim_blocks": True, "lstrip_blocks": True, "keep_trailing_newline": True}
    plain = Environment(**options).from_string(text)  # type: ignore[arg-type]  # the three are flags
    return {
        "ours": rate(lambda: templates.render(ORDER.path, CONTEXT)),
        "plain": rate(lambda: plain.render(CONTEXT)),
        "compiled": _compiled(templates),
    }


def _compiled(templates: Templates) -> float:
    compiled, whole = [0], Sandbox.compile

    def counted(*arguments: object, **options: object) -> object:
        compiled[0] += 1
        return whole(*arguments, **options)  # type: ignore[arg-type]

    Sandbox.compile = counted  # type: ignore[method-assign,assignment]
    try:
        for _ in range(200):
            templates.render(ORDER.path, CONTEXT)
    finally:
        Sandbox.compile = whole  # type: ignore[method-assign]
    return float(compiled[0])


SUITE = Suite(GOALS, measure)
