"""ISO 10161-1 in letters: BER by RFC 2503, APDUs to the neutral vocabulary and back."""
