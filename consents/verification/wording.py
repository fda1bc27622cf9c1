"""The sentences of a check in English and Spanish, by the code of what was found."""

NAMES = {
    "en": {
        "registrant": "registrant",
        "guardian": "parent or guardian",
        "prescriber": "prescriber",
        "informed_consent": "Informed consent",
        "birth_defects_consent": "Birth defects consent",
    },
    "es": {
        "registrant": "participante",
        "guardian": "padre, madre o tutor",
        "prescriber": "profesional que receta",
        "informed_consent": "Consentimiento informado",
        "birth_defects_consent": "Consentimiento sobre defectos de nacimiento",
    },
}

SENTENCES = {
    "not_ours": {
        "en": "This file is not one of ours: it is neither a sealed PDF nor a sealed record.",
        "es": "Este archivo no es nuestro: no es ni un PDF sellado ni un registro sellado.",
    },
    "too_large": {
        "en": "This file is larger than {most} MB, and no file of ours is.",
        "es": "Este archivo pesa más de {most} MB, y ninguno de los nuestros lo hace.",
    },
    "no_seal": {
        "en": "This PDF is not one of ours, or its seal was removed: there is no seal in it.",
        "es": "Este PDF no es nuestro, o se le quitó el sello: no contiene ninguno.",
    },
    "pdf_added_to": {
        "en": "Something was added to the PDF after it was sealed.",
        "es": "Se añadió algo al PDF después de sellarlo.",
    },
    "pdf_cut": {
        "en": "The end of the PDF is missing: it is shorter than what was sealed.",
        "es": "Falta el final del PDF: es más corto que lo que se selló.",
    },
    "pdf_changed": {
        "en": "The PDF was changed after it was sealed: its bytes do not fit its seal.",
        "es": "El PDF se cambió después de sellarlo: sus bytes no corresponden a su sello.",
    },
    "pdf_seal_damaged": {
        "en": "The seal of the PDF was changed or damaged.",
        "es": "El sello del PDF se cambió o está dañado.",
    },
    "no_record": {
        "en": "The PDF is sealed, but there is no record attached to it.",
        "es": "El PDF está sellado, pero no lleva ningún registro adjunto.",
    },
    "unpublished_certificate": {
        "en": "It was sealed under a certificate that this program did not publish (fingerprint {fingerprint}).",
        "es": "Se selló con un certificado que este programa no publicó (huella digital {fingerprint}).",
    },
    "file_changed": {
        "en": "The file was changed after it was sealed: it is not written as a sealed record is.",
        "es": "El archivo se cambió después de sellarlo: no está escrito como un registro sellado.",
    },
    "seal_damaged": {
        "en": "The seal of the record was changed or damaged ({part}).",
        "es": "El sello del registro se cambió o está dañado ({part}).",
    },
    "seal_does_not_fit": {
        "en": "The record was changed after it was sealed: its seal does not fit it.",
        "es": "El registro se cambió después de sellarlo: su sello no le corresponde.",
    },
    "misshapen": {
        "en": "The record is incomplete or malformed at “{part}”.",
        "es": "El registro está incompleto o mal formado en «{part}».",
    },
    "text_changed": {
        "en": "The text of {form}, version {version} ({language}), is not the one that its digest names: "
        "its words, its version or its language were changed.",
        "es": "El texto de {form}, versión {version} ({language}), no es el que indica su huella digital: "
        "se cambiaron sus palabras, su versión o su idioma.",
    },
    "version_not_signed": {
        "en": "{form}, version {version} ({language}), is not what was signed here: no signature belongs to it "
        "and to this registrant.",
        "es": "{form}, versión {version} ({language}), no es lo que se firmó aquí: ninguna firma corresponde "
        "al formulario y a esta persona.",
    },
    "signature_not_of_this_text": {
        "en": "The signature of the {signer} does not belong to this text and registrant: it was moved here, "
        "or its name, meaning, time or initials were changed.",
        "es": "La firma de {signer} no corresponde a este texto y a esta persona: se trajo de otro lugar, "
        "o se cambiaron su nombre, significado, hora o iniciales.",
    },
    "wrong_meaning": {
        "en": "The signature of the {signer} has a meaning that is not theirs to give.",
        "es": "La firma de {signer} tiene un significado que no le corresponde.",
    },
    "initials_missing": {
        "en": "Initials of the {signer} are missing or given twice: {statements}.",
        "es": "Faltan o se repiten iniciales de {signer}: {statements}.",
    },
    "times_do_not_fit": {
        "en": "The times of the {signer} do not fit together: initials come before a signature, "
        "and signatures before the record is complete.",
        "es": "Las horas de {signer} no concuerdan: las iniciales van antes que la firma, "
        "y las firmas antes de que el registro esté completo.",
    },
    "signature_missing": {
        "en": "The signature of the {signer} is missing.",
        "es": "Falta la firma de {signer}.",
    },
    "signed_twice": {
        "en": "There are two signatures of the {signer}.",
        "es": "Hay dos firmas de {signer}.",
    },
}
