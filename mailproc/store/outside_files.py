"""Where the small files outside the store lie: which store it is, what left it, who was forgotten."""

from pathlib import Path

from mailproc.store import connections


def beside(url: str, base: Path, kind: str) -> list[Path]:
    """Beside config.toml (``base``); where the service may not write there, in the store's folder."""
    parsed = connections.parse(url, base)
    store = Path(parsed.database or "")
    name = f".{store.name}.{kind}"
    folder = store.parent if parsed.get_backend_name() == "sqlite" else base / "var"
    return [base / name, folder / name]
