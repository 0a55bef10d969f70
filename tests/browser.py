"""Debian's Chromium, and axe-core; skipped on a machine without them, which on CI is a failure."""

import os
import shutil

import pytest

#: Chromium keeps to itself with these
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

#: milliseconds that a busy machine may take for one thing
PATIENCE = 600_000


def missing(what):
    """Skipped on a machine without a browser; a failure where .ci/run has put one."""
    reason = f"{what}; .ci/run installs Chromium, make .venv/installed-browser what drives it"
    (pytest.fail if os.environ.get("PROGRAMS") else pytest.skip)(reason)


@pytest.fixture(scope="module")
def browser():
    """A browser, and what judges a page in it."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        missing("no Chromium")
    try:
        from axe_playwright_python.sync_playwright import Axe
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("no Playwright")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS), timeout=PATIENCE)
        yield chromium, Axe()
        chromium.close()


class Watched:
    """A tab that remembers what its console said and what it asked of the network."""

    def __init__(self, browser, address, *, width=1280, height=900, **more):
        self.context = browser[0].new_context(viewport={"width": width, "height": height}, **more)
        self.tab, self.address, self.axe = self.context.new_page(), address, browser[1]
        self.context.set_default_timeout(PATIENCE)
        self.said, self.asked = [], []
        self.tab.on("console", lambda message: self.said.append(message.text))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.goto(address, timeout=PATIENCE)

    def faults(self):
        """What axe-core finds, each with the place of its first case."""
        found = self.axe.run(self.tab).response["violations"]
        return [(each["id"], each["nodes"][0]["target"]) for each in found]

    def strangers(self):
        """Addresses asked for, beside the page itself and what it holds."""
        return [
            url
            for url in self.asked
            if url.partition("#")[0] != self.address and not url.startswith(("data:", "blob:"))
        ]

    def close(self):
        """The tab and whatever it kept."""
        self.context.close()
