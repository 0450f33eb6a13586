from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "meetings"

    def ready(self) -> None:
        from meetings import verify  # noqa: F401, PLC0415  (adds its check to `verify_books`)
