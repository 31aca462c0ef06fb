"""Live figures: pictures of a running job that the browser keeps up to date by itself.

A page places them (:mod:`app.live.component`), a script in the browser asks for what is newer than
what it shows (``browser/live.js``), a route answers as soon as there is news
(:mod:`app.live.route`), both in words of :mod:`app.live.protocol`, and every picture is drawn and
encoded once, however many watch (:mod:`app.live.frames`).
"""

__all__ = ["component", "frames", "libraries", "route"]
