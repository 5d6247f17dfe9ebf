"""How far tables and lists lie within each other: what recurses over them must end."""

MOST_DEPTH = 12
"""No file of ours has half as many."""


def is_deep(value: object, left: int = MOST_DEPTH) -> bool:
    """Do tables and lists lie in each other more than ``left`` times?"""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(is_deep(one, left - 1) for one in inner)
