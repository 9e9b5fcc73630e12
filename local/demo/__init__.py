"""The demo: real files, the whole story on a platform of its own, and an account of it as it happens."""
