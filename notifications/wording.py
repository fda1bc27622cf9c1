"""What a notice says, in the reader's language (section 10).

Pure. A mail may be read over anyone's shoulder, so nothing here names the drug, what it asks for, a place of
treatment or a person; what a sentence may carry is a day or a code, and below it a link.
"""

from collections.abc import Mapping
from datetime import date

from notifications.kinds import Kind, Reader
from notifications.signing_texts import SIGNING_TEXTS, WITH_A_LINK
from notifications.words import Enclosed, Said, Words

LANGUAGES = ("en", "es")
ALLOWED = frozenset({"day", "first_day", "code"})

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
}  # fmt: skip
# Which of a notice's days is the one to name.
THE_DAY = ("last_day", "until", "supply_ends_on", "asked_on", "certified_through")


_TASK: Said = {
    "en": Words("You have a task to finish", "You have a task to finish by {day}. Your clinic can tell you more."),
    "es": Words(
        "Tiene una tarea pendiente",
        "Tiene una tarea que completar a más tardar el {day}. Su clínica puede darle más detalles.",
    ),
}
_TASK_WAITING: Said = {
    "en": Words("A task is waiting for you", "A task has been waiting for you since {day}. Please call your clinic."),
    "es": Words("Una tarea le espera", "Una tarea le espera desde el {day}. Por favor, llame a su clínica."),
}
_URGENT: Said = {
    "en": Words("Please sign in now", "Something urgent was recorded and needs you today. Please sign in now."),
    "es": Words("Inicie sesión ahora", "Se registró algo urgente que requiere su atención hoy. Inicie sesión ahora."),
}
_LOOK: Said = {
    "en": Words("Something needs a look", "Something was recorded that needs a look. Please sign in to see what."),
    "es": Words("Algo requiere revisión", "Se registró algo que requiere revisión. Inicie sesión para verlo."),
}


def _listed(subject_en: str, text_en: str, subject_es: str, text_es: str) -> Said:
    return {
        "en": Words(subject_en, f"{text_en} Your list of authorizations shows which one."),
        "es": Words(subject_es, f"{text_es} Su lista de autorizaciones dice cuál."),
    }


TEXTS: Mapping[tuple[Reader, Kind], Said] = {
    (Reader.REGISTRANT, Kind.ADDRESS_CONFIRMATION): {
        "en": Words(
            "This address was given to us",
            "We will write here when you have a task to finish. If you did not expect this, please tell your clinic.",
        ),
        "es": Words(
            "Nos dieron esta dirección",
            "Le escribiremos aquí cuando tenga una tarea pendiente. Si no lo esperaba, avise a su clínica.",
        ),
    },
    **SIGNING_TEXTS,
    (Reader.REGISTRANT, Kind.TEST_DUE): _TASK,
    (Reader.REGISTRANT, Kind.QUESTIONS_READY): _TASK,
    (Reader.REGISTRANT, Kind.WINDOW_OPEN): {
        "en": Words("Your next step is open", "Your next step is open from {first_day} through {day}."),
        "es": Words("Su próximo paso está abierto", "Su próximo paso está abierto del {first_day} al {day}."),
    },
    (Reader.REGISTRANT, Kind.WINDOW_CLOSING): _TASK,
    (Reader.REGISTRANT, Kind.WINDOW_MISSED): {
        "en": Words(
            "A task was not finished in time",
            "A task was not finished by {day}. Please call your clinic: they know what comes next.",
        ),
        "es": Words(
            "Una tarea no se completó a tiempo",
            "Una tarea no se completó a más tardar el {day}. Llame a su clínica: allí saben qué sigue.",
        ),
    },
    (Reader.REGISTRANT, Kind.LOCKED_OUT): {
        "en": Words("There is a waiting time", "There is a waiting time. It ends with {day}; then you can go on."),
        "es": Words("Hay un tiempo de espera", "Hay un tiempo de espera. Termina con el {day}; después puede seguir."),
    },
    (Reader.REGISTRANT, Kind.LOCKOUT_ENDED): {
        "en": Words("Your waiting time is over", "Your waiting time is over. Please call your clinic to go on."),
        "es": Words("Su tiempo de espera terminó", "Su tiempo de espera terminó. Llame a su clínica para seguir."),
    },
    (Reader.REGISTRANT, Kind.POST_TREATMENT_TEST_DUE): {
        "en": Words("You have a task to finish", "You have a task to finish, on {day} or soon after."),
        "es": Words("Tiene una tarea pendiente", "Tiene una tarea que completar, el {day} o poco después."),
    },
    (Reader.REGISTRANT, Kind.POST_TREATMENT_TEST_OVERDUE): _TASK_WAITING,
    (Reader.PRESCRIBER, Kind.CONFIRMATION_DUE): {
        "en": Words("Someone is waiting for you", "Someone in your care waits for your next step. Please sign in."),
        "es": Words("Alguien le espera", "Alguien a su cuidado espera su próximo paso. Inicie sesión, por favor."),
    },
    (Reader.PRESCRIBER, Kind.WINDOW_MISSED): {
        "en": Words(
            "A task was not finished in time",
            "Someone in your care did not finish a task by {day}. Please sign in to see what comes next.",
        ),
        "es": Words(
            "Una tarea no se completó a tiempo",
            "Alguien a su cuidado no completó una tarea a más tardar el {day}. Inicie sesión para ver qué sigue.",
        ),
    },
    (Reader.PRESCRIBER, Kind.METHODS_DIFFER): {
        "en": Words("Two entries do not agree", "Two entries do not agree. Please sign in to compare and correct."),
        "es": Words("Dos datos no coinciden", "Dos datos no coinciden. Inicie sesión para comparar y corregir."),
    },
    (Reader.PRESCRIBER, Kind.URGENT_RESULT): _URGENT,
    (Reader.PROGRAM, Kind.URGENT_RESULT): _URGENT,
    (Reader.PRESCRIBER, Kind.ADDRESS_FAILED): {
        "en": Words("A message did not arrive", "Someone in your care has no address that works. Please sign in."),
        "es": Words("Un mensaje no llegó", "Alguien a su cuidado no tiene una dirección que funcione. Inicie sesión."),
    },
    (Reader.PRESCRIBER, Kind.CERTIFICATION_EXPIRING): {
        "en": Words("Your certification ends soon", "Your certification ends with {day}. Please renew it in time."),
        "es": Words("Su certificación termina pronto", "Su certificación termina con el {day}. Renuévela a tiempo."),
    },
    (Reader.PHARMACY, Kind.CERTIFICATION_EXPIRING): {
        "en": Words("Your activation ends soon", "Your activation ends with {day}. Please renew it in time."),
        "es": Words("Su activación termina pronto", "Su activación termina con el {day}. Renuévela a tiempo."),
    },
    (Reader.PHARMACY, Kind.AUTHORIZATION_LAPSED): _listed(
        "An authorization has lapsed",
        "An authorization has passed its date. Please reverse it and return to stock what was set aside.",
        "Una autorización caducó",
        "Una autorización pasó su fecha. Anúlela y devuelva al inventario lo que se apartó.",
    ),
    (Reader.PHARMACY, Kind.AUTHORIZATION_REVOKED): _listed(
        "An authorization was revoked",
        "An authorization was revoked. Please hand nothing over on it.",
        "Una autorización fue revocada",
        "Una autorización fue revocada. No entregue nada con ella.",
    ),
    (Reader.PHARMACY, Kind.AUTHORIZATION_SUSPENDED): _listed(
        "An authorization is suspended",
        "An authorization is suspended. Please hand nothing over on it until it is resumed.",
        "Una autorización está suspendida",
        "Una autorización está suspendida. No entregue nada con ella hasta que se reanude.",
    ),
    (Reader.PHARMACY, Kind.AUTHORIZATION_RESUMED): _listed(
        "An authorization is resumed",
        "An authorization that was suspended may be used again.",
        "Una autorización se reanudó",
        "Una autorización que estaba suspendida puede usarse de nuevo.",
    ),
    (Reader.PHARMACY, Kind.GUESSING): {
        "en": Words(
            "You are suspended for now",
            "Too many numbers were asked about that are not known, so you are suspended for now. Please hand nothing "
            "over, and call the program today: they can let you go on.",
        ),
        "es": Words(
            "Su acceso está suspendido por ahora",
            "Se consultaron demasiados números desconocidos, y por ahora su acceso está suspendido. No entregue nada y "
            "llame hoy al programa: allí pueden restablecerlo.",
        ),
    },
    (Reader.PROGRAM, Kind.GUESSING): _LOOK,
    (Reader.PHARMACY, Kind.WEBHOOK_TURNED_OFF): {
        "en": Words(
            "Your software is no longer told",
            "An address of your software took no message for three days and was turned off. Nothing is lost: your "
            "software can read every message. Please have whoever looks after it sign in.",
        ),
        "es": Words(
            "Ya no se avisa a su sistema",
            "Una dirección de su sistema no aceptó ningún mensaje durante tres días y se desactivó. No se perdió nada: "
            "su sistema puede leer todos los mensajes. Pida a quien lo atiende que inicie sesión.",
        ),
    },
    (Reader.PROGRAM, Kind.DEVIATION): _LOOK,
    (Reader.PROGRAM, Kind.NONCOMPLIANCE): _LOOK,
}
NOTHING = Enclosed()


def words_for(
    reader: Reader, kind: Kind, language: str, days: Mapping[str, str], on: date, enclosed: Enclosed = NOTHING
) -> Words:
    """Give subject and text of a notice, and the link with what it says.

    :param language: a language we have no words in is answered in English.
    :param days: the notice's own days, as ISO dates.
    :param on: the day it is read; a task whose day has passed is waiting rather than due.
    :raises KeyError: where the notice lacks the day or the code that its text names, or the text names what is not
        allowed.
    """
    language = language.partition("-")[0].lower()
    language = language if language in LANGUAGES else LANGUAGES[0]
    named = next((date.fromisoformat(days[name]) for name in THE_DAY if name in days), None)
    said = WITH_A_LINK[kind] if enclosed.link else TEXTS[reader, kind]
    if said is _TASK and named is not None and named < on:
        said = _TASK_WAITING
    shown = {"code": enclosed.code} if enclosed.code else {}
    if named is not None:
        shown["day"] = day_in_words(named, language)
    if "first_day" in days:
        shown["first_day"] = day_in_words(date.fromisoformat(days["first_day"]), language)
    words = said[language]
    return words._replace(
        subject=words.subject.format_map(shown), text=words.text.format_map(shown), link=enclosed.link
    )


def day_in_words(day: date, language: str) -> str:
    """Give a day as people say it: Thursday, November 26."""
    weekday, month = WEEKDAYS[language][day.weekday()], MONTHS[language][day.month - 1]
    return f"{weekday} {day.day} de {month}" if language == "es" else f"{weekday}, {month} {day.day}"
