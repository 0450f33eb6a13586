from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"

    def ready(self) -> None:
        # `effect` shows corrections what they do to the findings, `verify` adds its check to `verify_books`
        from compliance import effect, verify  # noqa: F401, PLC0415
        from compliance.services import refresh_book  # noqa: PLC0415  (models exist only now)
        from ledger.announce import book_changed  # noqa: PLC0415

        book_changed.connect(refresh_book, dispatch_uid="compliance.refresh_book")
