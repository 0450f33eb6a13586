from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"

    def ready(self) -> None:
        # before the first urls.py and the first form are read; `verify` adds its check to `verify_books`
        from groups import converters, fields, verify  # noqa: F401, PLC0415

        converters.register()
        fields.say_what_to_write()
