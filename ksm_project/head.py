"""HEAD asks what GET would answer, without the answer's body: at every address that takes GET, and on every server.

Some servers send the body of such an answer all the same, and who asks next on that connection reads it as the next.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase


def head_is_get_without_body(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method != "HEAD":
            return get_response(request)
        request.method = "GET"
        response = get_response(request)
        if response.streaming:
            response.streaming_content = ()  # type: ignore[attr-defined]
        else:
            response.headers.setdefault("Content-Length", str(len(response.content)))  # type: ignore[attr-defined]
            response.content = b""  # type: ignore[attr-defined]
        return response

    return middleware
