"""Where the signers' pages are, and those on which anyone checks a record."""

from functools import partial

from django.urls import path, re_path

from consents.pages import documents, door, records, signature, signing, verification

_LINK = "sign/<str:token>/"
_FORM = f"{_LINK}forms/<int:text_id>/"

urlpatterns = [
    path("sign/new-link/", door.new_link, name="sign-new-link"),
    path("sign/new-link/sent/", door.sent, name="sign-sent"),
    path(_LINK, door.door, name="sign-door"),
    path(f"{_LINK}code/", door.code, name="sign-code"),
    path(f"{_LINK}records/", records.records, name="sign-records"),
    path(f"{_LINK}records/document/", records.document, name="sign-document"),
    path(f"{_LINK}records/document.pdf", records.document_file, name="sign-document-file"),
    path(f"{_LINK}forms/", signing.forms, name="sign-forms"),
    path(_FORM, signing.form, name="sign-form"),
    path(f"{_FORM}all/", partial(signing.form, whole=True), name="sign-whole"),
    path(f"{_FORM}sign/", signature.signature, name="sign-signature"),
    path(f"{_FORM}<int:number>/", signing.statement, name="sign-statement"),
    path(f"{_LINK}copies/", documents.copies, name="sign-copies"),
    path(f"{_LINK}copies/<int:text_id>/", documents.copy, name="sign-copy"),
    re_path(
        r"^sign/(?P<token>[^/]+)/copies/(?P<text_id>[0-9]{1,9})/copy\.(?P<kind>pdf|json)$",
        documents.sealed_copy,
        name="sign-file",
    ),
    path("verify/", verification.verify_file, name="verify"),
    path("verify/certificates.pem", verification.certificates, name="verify-certificates"),
    re_path(r"^verify/(?P<digest>[0-9a-f]{32})/$", verification.verify_digest, name="verify-record"),
    path(f"{_LINK}withdraw/", door.withdrawal, name="sign-withdraw"),
    path(f"{_LINK}leave/", door.leave, name="sign-leave"),
    # A mail program may cut the last slash off: Django puts it back, for this pattern leaves such addresses alone.
    re_path(r"^sign/(?:.*/)?$", door.unknown),
]
