"""What staff do with letters: take in, place, dismiss; and the digest as a letter."""
