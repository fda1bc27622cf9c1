# ruff: noqa: E501 - one case a line
"""Scenario files that cannot be played, and what is said of each after the file's name.

``None`` stands for anything that names the scenario.
"""

STEP = """
    - name: a step
      given: {can_enrolled: 2024-01-15}
      steps:
      - at: 2024-01-16 10:00
        %s
"""
WHERE = "scenario 1 (a step): step 1: "
MALFORMED = {
    "an unknown key": (STEP % "check: {color: red}", WHERE + "check: color: there is no such key"),
    "an unknown expectation": (STEP % "check: {}\n        expect: {mood: good}", WHERE + "expect: mood: there is no such key"),
    "an unknown kind": (STEP % "wait: {}", WHERE + "wait: there is no such kind of step"),
    "two kinds": (STEP % "check: {}\n        answer: {}", WHERE + "needs exactly one kind of step, not check, answer"),
    "no kind": (STEP % "expect: {}", WHERE + "needs exactly one kind of step, not none"),
    "arguments that are no mapping": (STEP % "check: [R1]", WHERE + "check: must be a mapping, not ['R1']"),
    "a wrong type": (STEP % "authorize: {days_supply: many}", WHERE + "authorize: days_supply: 'many' is not a whole number"),
    "a truth for a number": (STEP % "authorize: {days_supply: true}", WHERE + "authorize: days_supply: True is not a whole number"),
    "a number for a truth": (STEP % "answer: {correct: 1}", WHERE + "answer: correct: 1 is not true or false"),
    "no word of the program": (STEP % "test: {result: maybe}", WHERE + "test: result: 'maybe' is none of negative, positive, indeterminate"),
    "a list that is none": (STEP % "answer: {methods: iud}", WHERE + "answer: methods: 'iud' is not a list"),
    "a name that is none": (STEP % "check: {pharmacy: [A]}", WHERE + "check: pharmacy: ['A'] is not a name"),
    "a text that is none": (STEP % "clear_hold: {reason: 7}", WHERE + "clear_hold: reason: 7 is not a text"),
    "a day that is none": (STEP % "test: {specimen: soon}", WHERE + "test: specimen: 'soon' is not a day such as 2024-03-01"),
    "a day that is not in the calendar": (STEP % "test: {specimen: 2024-02-30}", WHERE + "test: specimen: '2024-02-30' is not a day such as 2024-03-01"),
    "a time for a day": (STEP % "test: {specimen: 2024-01-15 10:00:00}", None),
    "a birth that is none": (STEP % "enroll: {registrant: R2, born: young}", WHERE + "enroll: born: 'young' is not a day such as 1998-04-02"),
    "a day before the rules": (STEP % "test: {specimen: 2006-02-28}", WHERE + "test: specimen: 2006-02-28 lies before the first edition of the rules, 2006-03-01"),
    "a day past all planning": (STEP % "certify: {certified_through: 9999-12-31}", WHERE + "certify: certified_through: 9999-12-31 lies too far ahead"),
    "an unknown code": (STEP % "check: {}\n        expect: {includes: [no_luck]}", None),
    "an unknown kind of notice": (STEP % "check: {}\n        expect: {no_notices: ['R1: windw_open']}", None),
    "a notice to no one": (STEP % "check: {}\n        expect: {notices: [window_open]}", WHERE + "expect: notices: 'window_open' is not a notice such as 'R1: window_open'"),
    "a code that clears on no day": (STEP % "check: {}\n        expect: {clears_on: {on_hold: soon}}", None),
    "a code that is none": (STEP % "check: {}\n        expect: {clears_on: {luck: 2024-01-01}}", WHERE + "expect: clears_on: luck: there is no such key"),
    "a missing key": (STEP % "correct_test: {to: 2024-01-15}", WHERE + "correct_test: specimen: is missing"),
    "a key given twice in a step": (STEP % "check: {}\n        check: {}", WHERE + "check: given twice (line 7)"),
    "a key given twice in arguments": (STEP % "check: {pharmacy: A, pharmacy: B}", WHERE + "check: pharmacy: given twice (line 6)"),
    "a key given twice inside": (STEP % "check: {}\n        expect: {window: {last_day: 2024-01-15, last_day: 2024-01-16}}", WHERE + "expect: window: last_day: given twice (line 7)"),
    "a key that is no word": (STEP % "check: {1: A}", WHERE + "check: 1: a key must be a word (line 6)"),
    "a step that is none": ("- {name: a step, steps: [check]}", "scenario 1 (a step): step 1: is not a mapping"),
    "time going back": ("""
        - name: a step
          given: {can_on_treatment: 2024-01-15}
          steps:
          - at: 2024-02-14 08:59
            check: {}
        """, WHERE + "at: 2024-02-14 08:59 goes back behind the step before"),
    "an hour that does not exist": (STEP.replace("2024-01-16 10:00", "2024-03-10 02:30") % "check: {}", WHERE + "at: 2024-03-10 02:30:00 does not exist: the clock was set forward over it"),
    "a time that is none": (STEP.replace("2024-01-16 10:00", "noon") % "check: {}", WHERE + "at: 'noon' is not a time such as 2024-03-01 10:00"),
    "a time that is a list": (STEP.replace("2024-01-16 10:00", "[1]") % "check: {}", WHERE + "at: [1] is not a time such as 2024-03-01 10:00"),
    "a time before the rules": (STEP.replace("2024-01-16 10:00", "2006-02-28 23:59").replace("given: {can_enrolled: 2024-01-15}", "rule: '2'") % "check: {}", WHERE + "at: 2006-02-28 lies before the first edition of the rules, 2006-03-01"),
    "a time before all times": (STEP.replace("2024-01-16 10:00", "0001-01-01T00:00+14:00") % "check: {}", None),
    "a time past all planning": (STEP.replace("2024-01-16 10:00", "9999-12-31 23:00") % "check: {}", None),
    "no first time": ("- {name: a step, steps: [{check: {}}]}", WHERE + "at: the first step of a scenario without given needs a time"),
    "a missing name": ("- {steps: [{check: {}}]}", "scenario 1: name: a sentence is missing"),
    "an empty name": ("- {name: ' ', steps: []}", "scenario 1: name: a sentence is missing"),
    "missing steps": ("- {name: a step}", "scenario 1 (a step): steps: a list of steps is missing"),
    "an unknown key of a scenario": ("- {name: a step, stpes: []}", "scenario 1 (a step): stpes: there is no such key"),
    "a key of a scenario given twice": ("- {name: a step, rule: '1', rule: '2', steps: []}", "scenario 1 (a step): rule: given twice (line 1)"),
    "an unknown given": ("- {name: a step, given: {married: 2024-01-15}, steps: []}", "scenario 1 (a step): given: married: there is no such shorthand"),
    "two givens": ("- {name: a step, given: {can_enrolled: 2024-01-15, cannot_enrolled: 2024-01-15}, steps: []}", None),
    "a given twice": ("- {name: a step, given: {can_enrolled: 2024-01-15, can_enrolled: 2024-01-16}, steps: []}", "scenario 1 (a step): given: can_enrolled: given twice (line 1)"),
    "a given without a day": ("- {name: a step, given: {can_enrolled: soon}, steps: []}", "scenario 1 (a step): given: can_enrolled: 'soon' is not a day such as 2024-03-01"),
    "a given before the rules": ("- {name: a step, given: {can_enrolled: 2006-02-28}, steps: []}", None),
    "a scenario that is none": ("- a step", "scenario 1: is not a mapping with name and steps"),
    "no list": ("name: a step", "a file holds a list of scenarios"),
    "an empty list": ("[]", "a file holds a list of scenarios"),
    "an empty file": ("", "a file holds a list of scenarios"),
    "broken YAML": ("- {name: a step", "cannot be read: "),
    "a tag that would run code": ("- !!python/object/apply:os.getcwd []", "cannot be read: "),
    "a depth that breaks the reader": ("[" * 20000, "cannot be read: "),
    "a mapping that holds itself": ("- &a {name: *a}", "cannot be read: "),
}  # fmt: skip
