"""The images of the platform: built without a daemon, looked into, and listed with what is inside them.

`CODE`: what each may hold of this repository, as folders and files.
"""

SERVICES = ("intake", "validator", "review", "publisher")
NAMES = (*SERVICES, "operations", "clamav")
_OPERATIONS = ("local/ops", "local/__init__.py", "local/terminal.py", "local/verify.py")
_PUBLIC = ("services/validator/__init__.py", "services/validator/public.py")
CODE = {service: ("shared", "services/__init__.py", f"services/{service}") for service in SERVICES} | {
    "operations": ("shared", "services/__init__.py", *_PUBLIC, *_OPERATIONS)
}
