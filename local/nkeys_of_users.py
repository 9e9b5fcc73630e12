"""Nkeys: a seed that a service keeps, and its public half, which is all that NATS needs to know of it."""

import secrets

import nkeys


def new_seed() -> str:
    """A new seed of a user's nkey, `SU...`: whoever has it is that user."""
    return str(nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER), "ascii")


def public_half(seed: str) -> str:
    """The public half of a seed, `U...`: nothing can be done with it but to know the user again."""
    return str(nkeys.from_seed(bytearray(seed, "ascii")).public_key, "ascii")
