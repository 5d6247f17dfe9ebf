"""The changes: one comparison, one "and", one condition, one constant or one statement at a time."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_LEFT_OUT = ("annotation", "returns", "decorator_list", "type_params")
"""Parts of the tree that the running program does not follow."""

_SCOPES = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

Place = tuple[ast.AST, str, int | None, ast.AST]
"""Parent, its field, the index in a list, and the node that stands there."""


@dataclass(frozen=True)
class Mutant:
    """The ``number``-th change of a file; ``was`` and ``becomes`` are source text."""

    file: str
    number: int
    kind: str
    line: int
    last_line: int
    was: str
    becomes: str
    function: str  # its name with those around it; "" where the line runs when the file is imported
    same_before: int  # so many changes of the function before it have the same texts

    @property
    def name(self) -> str:
        """How a kept file names it: it stays the same when lines move."""
        again = f" ({self.same_before + 1})" if self.same_before else ""
        return f"{self.function}: {self.was} → {self.becomes}{again}"

    def __str__(self) -> str:
        return f"{self.file}:{self.line} #{self.number} {self.kind} in {self.name}"


def mutants(file: str, source: str) -> list[Mutant]:
    """All of a file, always in the same order."""
    found = []
    seen: Counter[tuple[str, str, str]] = Counter()
    for number, ((_, _, _, node), kind, new, function) in enumerate(_changes(ast.parse(source))):
        lines = getattr(node, "lineno", 1), getattr(node, "end_lineno", None) or 1
        was, becomes = (" ".join(ast.unparse(one).split()) for one in (node, new))
        same = seen[function, was, becomes]
        seen[function, was, becomes] += 1
        found.append(Mutant(file, number, kind, *lines, was, becomes, function, same))
    return found


def mutated(path: Path, number: int) -> ast.Module:
    """The file's tree with its ``number``-th change; line numbers stay."""
    tree = ast.parse(path.read_bytes())
    for at, ((parent, field, index, node), _, new, _) in enumerate(_changes(tree)):
        if at == number:
            put = ast.copy_location(_never(node) if isinstance(new, ast.Pass) else new, node)
            if index is None:
                setattr(parent, field, put)
            else:
                getattr(parent, field)[index] = put
            return ast.fix_missing_locations(tree)
    raise IndexError(f"{path} has no change {number}")


def _never(statement: ast.AST) -> ast.If:
    """Instead of "pass": the function keeps the names it closes over, and ``super()`` is one."""
    return ast.If(ast.Constant(False), [cast(ast.stmt, statement)], [])


def _changes(tree: ast.Module) -> Iterator[tuple[Place, str, ast.AST, str]]:
    for place, around in list(_places(tree, ())):
        function = ".".join(getattr(one, "name", "lambda") for one in around)
        for kind, new in _variants(*place[1:]):
            yield (
                place,
                kind,
                new,
                function if any(not isinstance(one, ast.ClassDef) for one in around) else "",
            )


def _places(parent: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[tuple[Place, tuple[ast.AST, ...]]]:
    """``around``: the classes and functions that a place stands in, from outside in."""
    within = (*around, parent) if isinstance(parent, _SCOPES) else around
    for field, value in ast.iter_fields(parent):
        if field in _LEFT_OUT:
            continue
        here = around if field == "args" else within  # defaults are made where the function is
        for index, node in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(node, ast.AST) and not _is_talk(node):
                yield (parent, field, index if isinstance(value, list) else None, node), here
                yield from _places(node, here)


def _is_talk(node: ast.AST) -> bool:
    """Docstrings, words for people, and the log."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return ast.unparse(node.value.func).startswith(("_log.", "log."))
    return isinstance(node, ast.JoinedStr)


def _variants(field: str, index: int | None, node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield "comparison", ast.Compare(node.left, [_TURNED[type(node.ops[0])]()], node.comparators)
    if isinstance(node, ast.BoolOp):
        turned = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "boolean", ast.BoolOp(turned, node.values)
        for at in range(len(node.values)):
            rest = node.values[:at] + node.values[at + 1 :]
            yield "boolean", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "boolean", node.operand
    if field == "test" or field == "ifs":
        yield "condition", ast.Constant(True)
        yield "condition", ast.Constant(False)
    if isinstance(node, ast.Constant) and (new := _other(node.value)) is not None:
        yield "constant", ast.Constant(new)
    if index is not None and _is_statement(node):
        yield "statement", ast.Pass()


def _other(value: object) -> bool | int | float | str | None:
    """None where a change would be one of words for people."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return value + "x" if isinstance(value, str) and value and value.isascii() and " " not in value else None


def _is_statement(node: ast.AST) -> bool:
    calls = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await)
    return calls or isinstance(node, ast.AugAssign | ast.Raise | ast.Continue | ast.Break)
