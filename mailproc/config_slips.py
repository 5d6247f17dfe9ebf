"""The section of config.toml about slips on paper."""

from mailproc.config_section import Section


class Slips(Section):
    """Slips for the shelf and the parcel (`mailproc slips`)."""

    address: tuple[str, ...] = ()  # our postal address on return labels, line by line; () = library.name
