from django.apps import AppConfig


class SavingsConfig(AppConfig):
    name = "savings"

    def ready(self) -> None:
        from savings import verify  # noqa: F401, PLC0415  (adds its checks to `verify_books`)
