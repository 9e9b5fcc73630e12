"""What the validator needs from outside: the virus scanner."""
