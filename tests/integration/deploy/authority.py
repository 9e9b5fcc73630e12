"""A certificate for 127.0.0.1 from an authority of its own, as cert-manager makes one for NATS."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = ipaddress.IPv4Address("127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """`bundle`: what clients trust. `certificate` and `key`: what servers show."""

    bundle: Path
    certificate: Path
    key: Path


def make_tls(folder: Path, *, good_for: timedelta = timedelta(days=1)) -> Tls:
    """Write an authority, good for a day, and one certificate that it signed."""
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer, subject = _name(f"results platform {folder.name}"), _name("nats")
    authority = (
        _begun(issuer, issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _begun(subject, issuer, key.public_key(), good_for)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(HOST), x509.DNSName("localhost")]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    made = Tls(bundle=folder / "bundle.pem", certificate=folder / "tls.crt", key=folder / "tls.key")
    made.bundle.write_bytes(authority.public_bytes(Encoding.PEM))
    made.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    made.key.touch(mode=0o600)
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, good_for: timedelta = timedelta(days=1)
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + good_for)
    )
