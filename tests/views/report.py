# SPDX-License-Identifier: MIT
"""Opens `--format html` in a headless Chromium as a reader does: filters, chooses a record, reads
its frame. Driven by the WebDriver protocol, for which Python's own library is enough."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import examples

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, driver, chromium):
        self.process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if "successfully on port " in line:
                self.base = "http://127.0.0.1:" + line.split("on port ")[1].strip(" .\n")
                break
        options = {"binary": chromium,
                   "args": ["--headless=new", "--no-sandbox", "--disable-gpu",
                            "--window-size=1280,900"]}
        wanted = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options,
                                                   "goog:loggingPrefs": {"browser": "ALL"}}}}
        self.session = ""
        self.session = "/session/" + self.ask("POST", "/session", wanted)["sessionId"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + self.session + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()[:300]}") from error

    def open(self, file, fragment=""):
        self.ask("POST", "/url", {"url": "about:blank"})
        self.ask("POST", "/url", {"url": file.as_uri() + fragment})
        for _ in range(1200):
            if self.run("return document.body.dataset.ready") == "yes":
                return
            time.sleep(0.05)
        raise AssertionError("the report does not become ready")

    def run(self, script):
        return self.ask("POST", "/execute/sync", {"script": script, "args": []})

    def find(self, selector):
        found = self.ask("POST", "/element", {"using": "css selector", "value": selector})
        return "/element/" + found[ELEMENT]

    def text(self, selector):
        return self.ask("GET", self.find(selector) + "/text")

    def type(self, selector, text):
        self.ask("POST", self.find(selector) + "/value", {"text": text})

    def click(self, selector):
        self.ask("POST", self.find(selector) + "/click", {})

    def complaints(self):
        return [entry["message"] for entry in self.ask("POST", "/se/log", {"type": "browser"})]

    def close(self):
        try:
            if self.session:
                self.ask("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait()


def equal(what, found, wanted):
    assert found == wanted, f"{what}: {found!r}, not {wanted!r}"


def names(browser):
    return browser.run("return [...document.querySelectorAll('#list .row')]"
                       ".map(r => r.querySelector('.label').textContent)")


def frame(browser):
    rows = browser.run("return [...document.querySelectorAll('#frame tbody tr')]"
                       ".map(r => [...r.cells].map(c => c.textContent))")
    return {field: value for _, field, value, _, _ in rows}


def read_a_call(browser, make):
    """The same record by jsonl says what the frame on the page has to be."""
    report, lines = make("html", "readfile.exe"), make("jsonl", "readfile.exe")
    records = [json.loads(line) for line in lines.read_text().splitlines()]
    reads = [r for r in records if r.get("name") == "NtReadFile"]
    browser.open(report)
    equal("program", browser.text("#program"), "readfile.exe")
    equal("status", browser.text("#status"), f"{records[-1]['records']} records")
    browser.type("#query", "ntreadfile success")
    equal("filtered", names(browser), ["NtReadFile"])
    equal("count", browser.text("#status"), f"1 of {records[-1]['records']} records")
    browser.click("#list .row")
    equal("title", browser.text("#detail h2"), "NtReadFile")
    shown = frame(browser)
    equal("fields", list(shown), list(reads[0]["frame"]["fields"]))
    for field, value in reads[0]["frame"]["fields"].items():
        equal(field, int(shown[field], 16), value)
    steps = browser.run("return [...document.querySelectorAll('.way .step-name')].map(s => s.textContent)")
    equal("way", steps, ["stub", "gate", "frame", "lookup", "copy", "service", "exit", "return", "to"])
    assert "readfile.txt" in browser.text(".arguments"), "the file's name among the arguments"
    # The address keeps what is shown.
    fragment = browser.run("return location.hash")
    browser.open(report, fragment)
    equal("title again", browser.text("#detail h2"), "NtReadFile")
    equal("filtered again", names(browser), ["NtReadFile"])


def use_the_keyboard(browser, make):
    browser.open(make("html", "threads.exe"))
    total = int(browser.text("#status").split()[0])
    browser.type("#list", "\ue00f")  # page down, from nothing
    browser.type("#list", "\ue010")  # end
    equal("last", browser.run("return document.querySelector('.row[aria-selected=true]')"
                              ".getAttribute('aria-rowindex')"), str(total))
    browser.type("#list", "\ue00c")  # escape
    equal("summary", browser.text("#detail h2"), "Summary")
    browser.type("#query", "-nt")
    assert all("Nt" not in name for name in names(browser)), "a minus excludes"
    browser.type("#query", " nothing-like-this")
    assert browser.text("#none").startswith("No record matches")


def is_harmless(browser, make, folder):
    """A program named after markup is only a name."""
    name = "<img src=x onerror=document.title='owned'></script><script>document.title='owned'"
    hostile = pathlib.Path(folder) / name.replace("/", "\u2215")
    shutil.copy(make.programs / "hello.exe", hostile)
    browser.open(make("html", hostile))
    equal("program", browser.text("#program"), hostile.name)
    equal("images", browser.run("return document.images.length"), 0)
    assert browser.run("return document.title").startswith("<img"), "the title is text"


def main():
    ringside, _, built = examples.parse(sys.argv)
    driver = shutil.which("chromedriver")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not driver or not chromium:
        print("SKIP: chromium or chromedriver is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:

        def make(form, program):
            file = pathlib.Path(folder) / f"trace.{form}"
            subprocess.run([ringside, "trace", "--format", form, "-o", file, built / program],
                           stdout=subprocess.DEVNULL, timeout=120, check=False)
            return file

        make.programs = built
        browser = Browser(driver, chromium)
        try:
            read_a_call(browser, make)
            use_the_keyboard(browser, make)
            is_harmless(browser, make, folder)
            equal("the browser's complaints", browser.complaints(), [])
        except AssertionError as error:
            print(error)
            sys.exit(1)
        finally:
            browser.close()
    print("opened, filtered, read a frame")


main()
