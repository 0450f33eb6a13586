"""Whatever a request says of its encoding, it is read as UTF-8, as our pages are."""

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def in_utf8(inner: Application) -> Application:
    """Return the WSGI application that answers as `inner` does, to requests that name no encoding.

    Django would believe any codec Python has, those that read no text too, and answer 500 before the first middleware
    is asked.
    """

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        kind, *parameters = environ.get("CONTENT_TYPE", "").split(";")
        plain = [one for one in parameters if "*" not in one and not one.strip().lower().startswith("charset")]
        environ["CONTENT_TYPE"] = ";".join([kind, *plain])
        return inner(environ, start_response)

    return application
