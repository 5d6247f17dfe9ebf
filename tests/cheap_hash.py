"""Hashes of passwords that cost next to nothing to check."""

from argon2 import PasswordHasher


def cheap_hash(password: str) -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)
