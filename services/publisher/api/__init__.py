"""HTTP in: the public API and the public pages. Nobody needs a token here."""
