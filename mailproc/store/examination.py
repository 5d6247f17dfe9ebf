"""Look through a store in use: is it whole, and is nothing in it that somebody else made to act?"""

from sqlalchemy import Connection

from mailproc.store import foreign_schema, migrate


def why_lost(connection: Connection, shown: str) -> str:
    """Return why the store must not be used; '' if it may. Reads all of a SQLite store."""
    if connection.dialect.name == "sqlite" and (found := _damage(connection)):
        return f"the store {shown} is damaged: {found}; see docs/operators.md"
    if foreign := foreign_schema.acting(connection):
        what = f"the store {shown} has what mailproc did not put there: {', '.join(foreign)[:300]}"
        return f"{what}: it changes what is stored; see docs/operators.md"
    return ""


def _damage(connection: Connection) -> str:
    found = connection.exec_driver_sql("PRAGMA quick_check(3)").scalars().all()
    missing = migrate.missing(connection)
    lines = [*(line for line in found if line != "ok"), *(f"no table {name}" for name in missing)]
    return "; ".join(" ".join(str(line).split()) for line in lines)
