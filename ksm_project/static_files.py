"""How styles, scripts and pictures are kept for sending."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Fingerprinted and, but for the admin's, compressed.

    Only administrators see the admin, and Brotli would spend most of a laptop's first start on its 126 files.
    """

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        return super().compress_files([path for path in paths if not path.startswith("admin/")])
