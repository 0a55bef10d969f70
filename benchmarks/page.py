"""How quickly the living appendix of the arms transfers answers, by the browser's own clock.

From a slider's event to the new numbers in the document, and to the frame in which they are painted, with the evidence in
sight and with the figures; the time to open the page; and its size. Needs Chromium and bayes-trace[browser].
Run it from the top of the repository: python benchmarks/page.py
"""

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import bayes_trace as bt
from bayes_trace.explore import appendix_page

SET = Path(__file__).parents[1] / "evidence_sets" / "us_arms_transfers"
EPISODES = ("f5e_1972", "taiwan_1970s", "package_1964")
MOVES = 60
#: promised, in milliseconds, and in bytes
NUMBERS, PAINTED, OPENED, SIZE = 5.0, 20.0, 1000.0, 1_000_000

MOVE = """async count => {
  const slider = document.querySelector(".controls input[type=range]");
  const shown = document.querySelector(".live");
  const times = [];
  for (let n = 0; n < count; n++) {
    await new Promise(done => setTimeout(done, 40));
    await new Promise(requestAnimationFrame);
    slider.value = String(Number(slider.min) + (slider.max - slider.min) * (0.2 + 0.6 * ((n * 7) % count) / count));
    const start = performance.now();
    const told = new Promise(done => {
      const seen = new MutationObserver(() => { seen.disconnect(); done(performance.now() - start); });
      seen.observe(shown, {subtree: true, childList: true, characterData: true, attributes: true});
    });
    const painted = new Promise(done => requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => done(performance.now() - start);
      after.port2.postMessage(null);
    }));
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    times.push([await told, await painted]);
  }
  return times;
}"""
OPEN = "performance.getEntriesByType('navigation')[0].loadEventEnd"


def told(what: str, times: list[float], promised: float) -> str:
    """Median and the slowest of twenty, against what is promised."""
    slow = sorted(times)[int(0.95 * (len(times) - 1))]
    return f"{what}: median {statistics.median(times):.1f} ms, 95 % within {slow:.1f} ms; promised {promised:g} ms"


def main() -> None:
    """Print what was measured."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "appendix.html"
        path.write_text(appendix_page(bt.read_evidence_set(SET)), encoding="utf-8")
        program = shutil.which("chromium") or sys.exit("no Chromium")
        tab = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]).new_page()
        tab.set_default_timeout(0)
        tab.set_viewport_size({"width": 1400, "height": 900})
        times: dict[str, list[list[float]]] = {"evidence": [], "figures": []}
        opened = []
        for episode in EPISODES:
            tab.goto("about:blank")
            tab.goto(f"{path.as_uri()}#on={episode}")
            tab.locator(".matrix tbody button").first.click()
            tab.locator(".controls input[type=range]").first.wait_for()
            opened.append(tab.evaluate(OPEN))
            for sight in times:
                tab.evaluate("part => document.querySelector(part).scrollIntoView()", f".{sight}")
                times[sight] += tab.evaluate(MOVE, MOVES)
        for sight, found in times.items():
            print(told(f"new numbers, {sight} in sight", [each[0] for each in found], NUMBERS))
            print(told(f"painted, {sight} in sight", [each[1] for each in found], PAINTED))
        print(f"opened: {max(opened):.0f} ms at most; promised {OPENED:g} ms")
        print(f"size: {path.stat().st_size:,} bytes; promised {SIZE:,}")


if __name__ == "__main__":
    main()
