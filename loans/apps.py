from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "loans"

    def ready(self) -> None:
        from loans import verify  # noqa: F401, PLC0415  (adds its checks to `verify_books`)
