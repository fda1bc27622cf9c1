"""The project as an app, so that its commands (demo, rehearse) are found."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "config"
    verbose_name = "Pledge"
