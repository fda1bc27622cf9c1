"""What is said of signing, in both languages; under the same rules as everything else (notifications.wording)."""

from collections.abc import Mapping

from notifications.kinds import Kind, Reader
from notifications.words import Said, Words

_SIGN: Said = {
    "en": Words(
        "Something is waiting for your signature", "Your clinic will start it with you and send you a link to sign."
    ),
    "es": Words("Algo espera su firma", "Su clínica lo iniciará con usted y le enviará un enlace para firmar."),
}
_SIGN_HERE: Said = {
    "en": Words(
        "Something is waiting for your signature",
        "You can read and sign it on your phone. You need the PIN that you chose at your clinic; this message alone "
        "opens nothing. If you did not expect it, please tell your clinic.",
        "Read and sign",
    ),
    "es": Words(
        "Algo espera su firma",
        "Puede leerlo y firmarlo en su teléfono. Necesita el PIN que eligió en su clínica; este mensaje por sí solo no "
        "abre nada. Si no lo esperaba, avise a su clínica.",
        "Leer y firmar",
    ),
}
_LINK_AGAIN: Said = {
    "en": Words(
        "Your link",
        "This is your link to read, to sign and to open your copies. What you have answered is kept. You need the PIN "
        "that you chose at your clinic; this message alone opens nothing. If you did not expect it, please tell your "
        "clinic.",
        "Open",
    ),
    "es": Words(
        "Su enlace",
        "Este es su enlace para leer, firmar y abrir sus copias. Lo que ya respondió se conserva. Necesita el PIN que "
        "eligió en su clínica; este mensaje por sí solo no abre nada. Si no lo esperaba, avise a su clínica.",
        "Abrir",
    ),
}
_CODE: Said = {
    "en": Words(
        "Your code",
        "Your code is {code}. It works once and for a few minutes. Nobody will ever ask you for it. If you did not ask "
        "for a code, please tell your clinic.",
    ),
    "es": Words(
        "Su código",
        "Su código es {code}. Sirve una sola vez y por unos minutos. Nadie se lo pedirá nunca. Si no pidió un código, "
        "avise a su clínica.",
    ),
}
_CLOSED: Said = {
    "en": Words(
        "Your link was closed",
        "A wrong PIN was typed too often, so your link was closed. Nothing that you signed is lost. Please call your "
        "clinic: they can send you a new one.",
    ),
    "es": Words(
        "Su enlace se cerró",
        "Se escribió un PIN incorrecto demasiadas veces y su enlace se cerró. No se perdió nada de lo que firmó. Llame "
        "a su clínica: pueden enviarle otro.",
    ),
}
_COPY: Said = {
    "en": Words("Your copy is ready", "What you signed is complete. Your clinic keeps a copy for you; ask for it."),
    "es": Words("Su copia está lista", "Lo que firmó está completo. Su clínica guarda una copia para usted; pídala."),
}
_COPY_HERE: Said = {
    "en": Words(
        "Your copy is ready",
        "What you signed is complete. You can open your copy with your PIN, or ask your clinic for it on paper.",
        "Open your copy",
    ),
    "es": Words(
        "Su copia está lista",
        "Lo que firmó está completo. Puede abrir su copia con su PIN, o pedirla en papel en su clínica.",
        "Abrir su copia",
    ),
}

SIGNING_TEXTS: Mapping[tuple[Reader, Kind], Said] = {
    (Reader.REGISTRANT, Kind.INVITATION_TO_SIGN): _SIGN,
    (Reader.GUARDIAN, Kind.INVITATION_TO_SIGN): _SIGN,
    (Reader.REGISTRANT, Kind.SIGNING_CODE): _CODE,
    (Reader.GUARDIAN, Kind.SIGNING_CODE): _CODE,
    (Reader.REGISTRANT, Kind.SIGNING_LINK_CLOSED): _CLOSED,
    (Reader.GUARDIAN, Kind.SIGNING_LINK_CLOSED): _CLOSED,
    (Reader.REGISTRANT, Kind.CONSENT_COPY): _COPY,
    (Reader.GUARDIAN, Kind.CONSENT_COPY): _COPY,
    (Reader.PRESCRIBER, Kind.SIGNING_LINK_CLOSED): {
        "en": Words(
            "A link was closed",
            "Someone in your care can no longer sign with their link: a wrong PIN was typed too often. Please sign in.",
        ),
        "es": Words(
            "Se cerró un enlace",
            "Alguien a su cuidado ya no puede firmar con su enlace: se escribió un PIN incorrecto demasiadas veces. "
            "Inicie sesión, por favor.",
        ),
    },
    (Reader.PRESCRIBER, Kind.SIGNING_WITHDRAWN): {
        "en": Words(
            "Someone will sign on paper",
            "Someone in your care chose to sign on paper from now on. Please sign in to see what is still open.",
        ),
        "es": Words(
            "Alguien firmará en papel",
            "Alguien a su cuidado eligió firmar en papel de ahora en adelante. Inicie sesión para ver qué falta por "
            "firmar.",
        ),
    },
}
# What is said instead where the mail carries a link.
WITH_A_LINK: Mapping[Kind, Said] = {
    Kind.INVITATION_TO_SIGN: _SIGN_HERE,
    Kind.LINK_AGAIN: _LINK_AGAIN,  # it has no other words: it is nothing without its link
    Kind.CONSENT_COPY: _COPY_HERE,
}
