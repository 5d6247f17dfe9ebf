"""The section of config.toml about who we are."""

from mailproc.config_section import Section


class LibraryPostal(Section):
    """Where parcels come and go back to; without a street, a box or a town there is no address."""

    name: str = ""  # '' = library.name
    extended: str = ""  # a department
    street: str = ""
    po_box: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""


class Library(Section):
    """Who we are."""

    symbol: str = "XX-LIBRARY"
    aliases: tuple[str, ...] = ()
    name: str = "A Library"
    email: str = "ill@library.example"
    staff: str = ""  # where alarms and notices to staff go; '' = email
    language: str = "en"
    time_zone: str = "Europe/London"
    closed: tuple[str, ...] = ()  # days: 2026-12-24, 2026-12-24/2027-01-02, or sat, sun …
    postal: LibraryPostal = LibraryPostal()
