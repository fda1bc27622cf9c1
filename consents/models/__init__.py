"""Form versions and their texts, signing requests and visits, signatures, sealed records."""

from consents.models.forms import FormText, FormVersion
from consents.models.records import ConsentRecord, SealCertificate
from consents.models.requests import Initial, SigningCode, SigningPin, SigningRequest, Visit
from consents.models.signatures import Scan, SignedConsent

__all__ = [
    "ConsentRecord",
    "FormText",
    "FormVersion",
    "Initial",
    "Scan",
    "SealCertificate",
    "SignedConsent",
    "SigningCode",
    "SigningPin",
    "SigningRequest",
    "Visit",
]
