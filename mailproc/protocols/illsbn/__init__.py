"""ILL SBN, Italy's hub: the messages of ISO 10161 as XML."""
