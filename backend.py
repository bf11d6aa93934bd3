"""The server: `gunicorn backend:app`, or `python backend.py` for a look."""

import signal
from time import monotonic

from flask import Flask, g, request
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from config.logging import configure_logging
from config.settings import Settings, read_settings, use, warn_of_unused
from core import database
from core.operations import counters
from core.replies import Json, answer_errors, mark
from core.validation import MAX_BYTES
from routes import BLUEPRINTS
from routes.aliases import Aliases

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application. The timetable is started apart (config/gunicorn.py), never at import."""
    settings = use(settings or read_settings())
    configure_logging(settings.log_level, settings.log_format, settings.secrets, settings.log_dir, mark)
    warn_of_unused()
    database.connect(settings)
    app = Flask(__name__, static_folder=None)
    app.json = Json(app)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    app.url_map.strict_slashes = False
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    answer_errors(app)
    app.before_request(_begin)
    app.after_request(_with_headers)
    app.after_request(_counted)
    if settings.cors_origins:
        CORS(app, origins=_listed(settings.cors_origins), supports_credentials=True)
    app.wsgi_app = Aliases(app.wsgi_app)
    if settings.trusted_proxies:
        app.wsgi_app = _behind(set(_listed(settings.trusted_proxies)), app.wsgi_app)
    return app


def _listed(setting: str) -> list[str]:
    return [one.strip() for one in setting.split(",")]


def _behind(proxies: set[str], inner):
    """Believe X-Forwarded-For of these addresses only: anybody else could write into it what he likes."""
    fixed = ProxyFix(inner, x_for=1, x_proto=1)
    return lambda environ, start: (fixed if environ.get("REMOTE_ADDR") in proxies else inner)(environ, start)


def _with_headers(reply):
    for name, value in HEADERS.items():
        reply.headers.setdefault(name, value)
    reply.headers.setdefault("Cache-Control", "no-store")
    return reply


def _begin() -> None:
    g.began = monotonic()


def _counted(reply):
    """How long it took to an answer; of a stream, to its first word."""
    counters.answered(request.endpoint, reply.status_code, monotonic() - g.get("began", monotonic()))
    return reply


def __getattr__(name: str):
    """``backend:app`` is made when a server asks for it, so that importing this module needs no settings."""
    if name == "app":
        globals()["app"] = create_app()
        return globals()["app"]
    raise AttributeError(name)


def main() -> None:
    """Serve until SIGINT or SIGTERM; what the timetable runs is finished first."""
    from core.operations import health
    from jobs.scheduler import start

    given = read_settings()
    application = create_app(given)
    health.first_look()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    timetable = start(given) if given.start_workers else None
    try:
        application.run("127.0.0.1", given.flask_port, threaded=True, use_reloader=False)
    finally:
        if timetable:
            timetable.stop()


if __name__ == "__main__":
    main()
