from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"

    def ready(self) -> None:
        from groups import converters, fields  # noqa: PLC0415  (before the first urls.py and the first form are read)

        converters.register()
        fields.say_what_to_write()
