"""Check a template's syntax tree against its contract, so that a typo is found in every branch.

Jinja sees a wrong name only where it is printed, and finds Python's attributes only at run time. Here every
expression of every branch is followed (loop variables, ``set``, filters), and what a letter does not need is
refused: calls, arithmetic, includes, macros, loops more than three deep. So no text can escape the sandbox,
and every text's work is bounded by its own length and its lists.
"""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from jinja2 import nodes

from mailproc.sentence import Part, sentence
from mailproc.templating.filter_work import GREATEST_NUMBER, LONGEST_ARGUMENT
from mailproc.templating.problem import TemplateProblem, nearest
from mailproc.templating.sandbox import FILTERS, TESTS
from mailproc.templating.shapes import LOOP, Flag, Many, Plain, Record, Shape, Unknown

Scope = dict[str, Shape]
DEEPEST_LOOP = 3
_JOINING = (nodes.Concat, nodes.List)


def check_names(tree: nodes.Template, names: Record, file: str) -> list[TemplateProblem]:
    """Return every problem that can be found without rendering, in the order of the lines."""
    walk = _Walk(file)
    walk.statements(tree.body, dict(names.fields))
    return sorted(walk.problems, key=lambda problem: problem.line)


class _Walk:
    """One pass through one template."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[TemplateProblem] = []
        self.depth = 0

    def fault(self, node: nodes.Node, text: Part, field: str = "") -> Shape:
        self.problems.append(TemplateProblem(self.file, node.lineno, field, text))
        return Unknown()

    # statements

    def statements(self, body: Iterable[nodes.Node], scope: Scope) -> None:
        for node in body:
            visit = self.STATEMENTS.get(type(node).__name__)
            if visit is None:
                self.fault(node, sentence("text-no-tag-here", tag=type(node).__name__.lower()))
            else:
                visit(self, node, scope)

    def output(self, node: nodes.Output, scope: Scope) -> None:
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                self.stray_braces(child)
                continue
            self.plain(child, self.shape(child, scope))

    def stray_braces(self, node: nodes.TemplateData) -> None:
        for number, line in enumerate(node.data.split("\n")):
            for mark in ("{{", "}}", "{%", "%}", "{#", "#}"):
                if mark in line:
                    text = sentence("text-lonely", mark=mark)
                    self.problems.append(TemplateProblem(self.file, node.lineno + number, "", text))

    def if_(self, node: nodes.If, scope: Scope) -> None:
        """After it a name is known only if every branch has set it."""
        self.shape(node.test, scope)
        branches = [dict(scope) for _ in range(len(node.elif_) + 2)]
        self.statements(node.body, branches[0])
        self.statements(node.else_, branches[1])
        for other, branch in zip(node.elif_, branches[2:], strict=True):
            self.shape(other.test, scope)
            self.statements(other.body, branch)
        for name in set.intersection(*(set(branch) for branch in branches)):
            scope[name] = branches[0][name]

    def for_(self, node: nodes.For, scope: Scope) -> None:
        over = self.shape(node.iter, scope)
        element = over.of if isinstance(over, Many) else Unknown()
        if not isinstance(over, Many | Unknown):
            self.fault(node, sentence("text-no-list", name=_dotted(node.iter)), _dotted(node.iter))
        if node.recursive or not isinstance(node.target, nodes.Name):
            self.fault(node, sentence("text-loop"))
            return
        inner = scope | {node.target.name: element, "loop": LOOP}
        if node.test is not None:
            self.shape(node.test, scope | {node.target.name: element})
        self.loop_body(node, inner)
        self.statements(node.else_, dict(scope))

    def loop_body(self, node: nodes.For, inner: Scope) -> None:
        self.depth += 1
        if self.depth > DEEPEST_LOOP:
            self.fault(node, sentence("text-loops-deep", most=DEEPEST_LOOP))
        self.statements(node.body, inner)
        self.depth -= 1

    def set_(self, node: nodes.Assign, scope: Scope) -> None:
        """Joining is refused here: a text joined with itself again and again has no limit."""
        if not isinstance(node.target, nodes.Name):
            self.fault(node, sentence("text-set"))
            return
        if isinstance(node.node, _JOINING) or any(node.node.find_all(_JOINING)):
            self.fault(node, sentence("text-set-joins"))
        scope[node.target.name] = self.shape(node.node, scope)

    def filter_block(self, node: nodes.FilterBlock, scope: Scope) -> None:
        self.statements(node.body, dict(scope))
        self.shape(node.filter, scope)

    # expressions

    def shape(self, node: nodes.Node, scope: Scope) -> Shape:
        visit = self.EXPRESSIONS.get(type(node).__name__)
        if visit is None:
            word = "calling" if isinstance(node, nodes.Call) else type(node).__name__.lower()
            for child in node.iter_child_nodes():
                if isinstance(child, nodes.Expr):
                    self.shape(child, scope)
            return self.fault(node, sentence("text-cannot", word=word))
        return visit(self, node, scope)

    def plain(self, node: nodes.Node | None, found: Shape) -> None:
        name = _dotted(node)
        if node is None:
            return
        if isinstance(found, Many):
            self.fault(node, sentence("text-is-list", name=name), name)
        elif isinstance(found, Record):
            self.fault(
                node, sentence("text-is-group", name=name, near=nearest("", _below(name, found))), name
            )
        elif isinstance(found, Flag):
            self.fault(node, sentence("text-is-flag", name=name), name)

    def const(self, node: nodes.Const, _scope: Scope) -> Shape:
        if isinstance(node.value, int | float) and abs(node.value) > GREATEST_NUMBER:
            return self.fault(node, sentence("text-number-large", number=str(node.value)[:20]))
        return Flag() if isinstance(node.value, bool) else Plain()

    def name(self, node: nodes.Name, scope: Scope) -> Shape:
        if node.name in scope:
            return scope[node.name]
        return self.fault(
            node, sentence("text-no-name", name=node.name, near=nearest(node.name, scope)), node.name
        )

    def attribute(self, node: nodes.Getattr, scope: Scope) -> Shape:
        return self.member(node, self.shape(node.node, scope), node.attr)

    def member(self, node: nodes.Node, found: Shape, name: str) -> Shape:
        whole = _dotted(node)
        base = whole.rpartition(".")[0]
        if isinstance(found, Unknown):
            return found
        if not isinstance(found, Record):
            code = "text-below-list" if isinstance(found, Many) else "text-below-plain"
            return self.fault(node, sentence(code, name=whole, base=base), whole)
        if name in found.fields:
            return found.fields[name]
        return self.fault(
            node, sentence("text-no-name", name=whole, near=nearest(whole, _below(base, found))), whole
        )

    def item(self, node: nodes.Getitem, scope: Scope) -> Shape:
        found = self.shape(node.node, scope)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self.member(node, found, node.arg.value)
        self.shape(node.arg, scope)
        if isinstance(found, Record | Flag):
            return self.fault(node, sentence("text-dot"), _dotted(node.node))
        return found.of if isinstance(found, Many) and not isinstance(node.arg, nodes.Slice) else found

    def filtered(self, node: nodes.Filter, scope: Scope) -> Shape:
        found = self.shape(node.node, scope) if node.node is not None else Plain()
        self.parts(node, scope, without=node.node)
        for given in (*node.args, *(word.value for word in node.kwargs)):
            if isinstance(given, nodes.Const) and len(str(given.value)) > LONGEST_ARGUMENT:
                return self.fault(
                    node, sentence("text-argument-long", filter=node.name, most=LONGEST_ARGUMENT)
                )
        use = FILTERS.get(node.name)
        if use is None:
            near = nearest(node.name, FILTERS)
            return self.fault(node, sentence("text-no-filter", name=node.name, near=near), node.name)
        if isinstance(found, Unknown):
            return Plain() if use.gives == "text" else found
        if use.takes == "text":
            self.plain(node.node, found)
        if use.takes == "list":
            found = self.list_of(node, found)
        if use.gives == "element" and isinstance(found, Many):
            return found.of
        return Plain() if use.gives == "text" else found

    def list_of(self, node: nodes.Filter, found: Shape) -> Shape:
        """Return the list that a filter works on; elements that are groups need ``attribute``."""
        if not isinstance(found, Many):
            return self.fault(node, sentence("text-no-list", name=_dotted(node.node)), _dotted(node.node))
        if isinstance(found.of, Record) and node.name in ("join", "sort", "unique"):
            named = next((word.value for word in node.kwargs if str(word.key) == "attribute"), None)
            if not isinstance(named, nodes.Const) or not isinstance(named.value, str):
                return self.fault(node, sentence("text-say-which", filter=node.name))
            self.plain(named, self.member(named, found.of, named.value))
        return found

    def test(self, node: nodes.Test, scope: Scope) -> Shape:
        self.parts(node, scope)
        if node.name not in TESTS:
            self.fault(
                node, sentence("text-no-test", name=node.name, near=nearest(node.name, TESTS)), node.name
            )
        return Flag()

    def flag(self, node: nodes.Node, scope: Scope) -> Shape:
        self.parts(node, scope)
        return Flag()

    def and_(self, node: nodes.And, scope: Scope) -> Shape:
        left, right = self.shape(node.left, scope), self.shape(node.right, scope)
        return left if isinstance(left, Flag) else right

    def or_(self, node: nodes.Or, scope: Scope) -> Shape:
        return _either(self.shape(node.left, scope), self.shape(node.right, scope))

    def choice(self, node: nodes.CondExpr, scope: Scope) -> Shape:
        self.shape(node.test, scope)
        if node.expr2 is None:
            return self.fault(node, sentence("text-if-else"))
        return _either(self.shape(node.expr1, scope), self.shape(node.expr2, scope))

    def joined(self, node: nodes.Concat, scope: Scope) -> Shape:
        for each in node.nodes:
            self.plain(each, self.shape(each, scope))
        return Plain()

    def listed(self, node: nodes.List, scope: Scope) -> Shape:
        shapes = [self.shape(each, scope) for each in node.items]
        return Many(shapes[0] if shapes else Unknown())

    def parts(self, node: nodes.Node, scope: Scope, without: nodes.Node | None = None) -> None:
        for child in node.iter_child_nodes():
            if child is without:
                continue
            if isinstance(child, nodes.Expr):
                self.shape(child, scope)
            else:  # a keyword argument, an operand, a slice
                self.parts(child, scope)

    def nothing(self, node: nodes.Node, scope: Scope) -> Shape:
        self.parts(node, scope)
        return Plain()

    STATEMENTS: ClassVar[dict[str, Callable[["_Walk", Any, Scope], None]]] = {
        "Output": output, "If": if_, "For": for_, "Assign": set_, "FilterBlock": filter_block,
    }  # fmt: skip
    EXPRESSIONS: ClassVar[dict[str, Callable[["_Walk", Any, Scope], Shape]]] = {
        "Const": const, "Name": name, "Getattr": attribute, "Getitem": item, "Filter": filtered,
        "Test": test, "Compare": flag, "Not": flag, "And": and_, "Or": or_, "CondExpr": choice,
        "Concat": joined, "List": listed, "Slice": nothing,
    }  # fmt: skip


def _either(first: Shape, second: Shape) -> Shape:
    """Return the shape of one of two values: the one that cannot be printed, if one cannot."""
    return second if isinstance(first, Plain) else first


def _dotted(node: nodes.Node | None) -> str:
    """Return an expression as written, as far as it is names and dots; otherwise "this"."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_dotted(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_dotted(node.node)}.{node.arg.value}"
    return str(node.value) if isinstance(node, nodes.Const) else "this"


def _below(base: str, found: Record) -> list[str]:
    return [f"{base}.{name}" if base else name for name in found.fields]
