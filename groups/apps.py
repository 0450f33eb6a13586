from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"

    def ready(self) -> None:
        from groups import converters  # noqa: PLC0415  (before the first urls.py is read)

        converters.register()
