from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "compliance"

    def ready(self) -> None:
        from compliance import effect  # noqa: F401, PLC0415  (shows corrections what they do to the findings)
        from compliance.services import refresh_book  # noqa: PLC0415  (models exist only now)
        from ledger.announce import book_changed  # noqa: PLC0415

        book_changed.connect(refresh_book, dispatch_uid="compliance.refresh_book")
