"""What callers ask for: load, decide purely, append under a guard. Bytes and personal data are written before."""
