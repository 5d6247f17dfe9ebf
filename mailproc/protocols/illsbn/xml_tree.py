"""A message as a tree, and the document in which it stands.

A tree is {child: component, "@attribute": text, "": its own text}; an element without children and attributes
is its text. The second of two elements where one is meant is "Author[2]".
"""

from collections.abc import Iterator
from html import escape

from mailproc.hostile_xml import Element
from mailproc.protocols.field_codec import Tree
from mailproc.protocols.illsbn.element_table import CHILDREN, REPEATED, ROOT
from mailproc.protocols.illsbn.text import tidy

DECLARATION = '<?xml version="1.0" encoding="iso-8859-1"?>'


def tree(element: Element) -> Tree:
    """Return the tree of an element."""
    component = _component(element)
    return component if isinstance(component, dict) else {"": component}


def _component(element: Element) -> Tree | str:
    text = tidy(element.text or "")
    if not len(element) and not element.attrib:
        return text
    made: Tree = {f"@{name!s}": tidy(str(value)) for name, value in element.attrib.items()}
    if text:
        made[""] = text
    seen: dict[str, int] = {}
    for child in element:
        name = str(child.tag)
        if name in REPEATED:
            made.setdefault(name, []).append(_component(child))
            continue
        if name in made:
            seen[name] = seen.get(name, 1) + 1
            name = f"{name}[{seen[name]}]"
        made[name] = _component(child)
    return made


def document(name: str, message: Tree) -> bytes:
    """Return the document of one message, in ASCII.

    "+", "%" and all beyond ASCII are character references: the hub may decode them once or twice.
    """
    inner = "".join(_element(name, message))
    return f"{DECLARATION}<{ROOT}>{inner}</{ROOT}>".encode("ascii", "xmlcharrefreplace")


def _element(name: str, component: Tree | str | list[Tree | str]) -> Iterator[str]:
    if isinstance(component, list):
        for one in component:
            yield from _element(name, one)
        return
    name = name.partition("[")[0]
    if isinstance(component, str):
        yield f"<{name}>{_escaped(component)}</{name}>" if component else f"<{name}/>"
        return
    attributes = "".join(
        f' {key[1:]}="{_in_attribute(str(value))}"' for key, value in component.items() if key[:1] == "@"
    )
    yield f"<{name}{attributes}>{_escaped(str(component.get('', '')))}"
    for child in _in_order(name, component):
        yield from _element(child, component[child])
    yield f"</{name}>"


def _in_order(name: str, component: Tree) -> list[str]:
    """Return the children in the order of the table, and behind them what it does not know."""
    order = CHILDREN.get(name, ())
    known = [child for child in order if child in component]
    if len(known) + ("" in component) == len(component):
        return known
    return known + [child for child in component if child[:1] not in ("", "@") and child not in order]


def _escaped(text: str) -> str:
    if text.isalnum():  # true of most texts
        return text
    return escape(text).replace("+", "&#43;").replace("%", "&#37;")


def _in_attribute(text: str) -> str:
    """Escape line ends too, which are read as blanks there."""
    return _escaped(text).replace("\n", "&#10;").replace("\t", "&#9;")
