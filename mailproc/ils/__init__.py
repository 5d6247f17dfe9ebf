"""What a library's system says and is told, as values: SIP2, NCIP. Pure: the line is passed in."""
