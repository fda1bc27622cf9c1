"""The admin: prescribers, their designees and program administrators; reads are pages, writes are steps.

``pledge.admin.pages`` registers everything, once the site it registers with is there (``pledge.apps``).
"""
