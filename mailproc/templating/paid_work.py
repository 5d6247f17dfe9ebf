"""Put the prices of work into a text's syntax tree, where Jinja itself counts nothing.

They are filters without a name that a text could write: a loop pays for all its rounds before it begins, and
what is joined, compared, tested or cut pays for its length.
"""

from jinja2 import nodes

from mailproc.templating import filter_work

_LOOPED, _WEIGHED = "-looped", "-weighed"
FILTERS = {_LOOPED: filter_work.looped, _WEIGHED: filter_work.weighed}
_CHARACTERS = 50
"""Of a text's own words, for the price of one part."""


def with_prices(tree: nodes.Template) -> nodes.Template:
    """Return the tree, changed in place."""
    for loop in tree.find_all(nodes.For):
        loop.iter = _filtered(loop.iter, _LOOPED, nodes.Const(_weight(loop), lineno=loop.lineno))
    for joined in tree.find_all(nodes.Concat):
        joined.nodes = [_filtered(each, _WEIGHED) for each in joined.nodes]
    for compared in tree.find_all(nodes.Compare):
        compared.expr = _filtered(compared.expr, _WEIGHED)
        for operand in compared.ops:
            operand.expr = _filtered(operand.expr, _WEIGHED)
    for tested in tree.find_all(nodes.Test):
        tested.args = [_filtered(each, _WEIGHED) for each in tested.args]
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.arg, nodes.Slice):
            item.node = _filtered(item.node, _WEIGHED)
    return tree


def _filtered(node: nodes.Node, name: str, *given: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(given), [], None, None, lineno=node.lineno)


def _weight(loop: nodes.For) -> int:
    """Return of how many parts a round is made, without those of loops in it: they pay themselves."""
    parts, waiting = 1, list(loop.iter_child_nodes(exclude=("iter",)))
    while waiting:
        node = waiting.pop()
        parts += 1 + (len(node.data) // _CHARACTERS if isinstance(node, nodes.TemplateData) else 0)
        if not isinstance(node, nodes.For):
            waiting += node.iter_child_nodes()
    return parts
