"""The images of the platform: built without a daemon, looked into, and listed with what is inside them."""

SERVICES = ("intake", "validator", "review", "publisher")
NAMES = (*SERVICES, "clamav")
