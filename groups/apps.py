from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GroupsConfig(AppConfig):
    name = "groups"
    verbose_name = _("Groups and boards")

    def ready(self) -> None:
        # before the first urls.py and the first form are read; `verify` adds its check to `verify_books`
        from groups import converters, fields, verify  # noqa: F401, PLC0415

        converters.register()
        fields.say_what_to_write()
