"""What the public can read, projected from the log into SQLite: nothing else is ever asked for a list or a page."""
