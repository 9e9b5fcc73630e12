"""HTTP in: wire to domain to use case to wire."""
