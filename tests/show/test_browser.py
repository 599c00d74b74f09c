"""Pages in a real browser; skipped where there is no Chromium with its driver, or no selenium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from litmus.cli import main

ROOT = Path(__file__).resolve().parents[2]
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
if BROWSER is None or DRIVER is None:
    pytest.skip("no Chromium with its driver", allow_module_level=True)

from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

CONTRAST = """
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number);
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const page = getComputedStyle(document.body).backgroundColor;
  const found = [ratio(getComputedStyle(document.body).color, page)];
  for (const soft of document.querySelectorAll(".soft:not(text)"))
    found.push(ratio(getComputedStyle(soft).color, page));
  for (const cell of document.querySelectorAll("button.cell"))
    found.push(ratio(getComputedStyle(cell).color, getComputedStyle(cell).backgroundColor));
  for (const label of document.querySelectorAll(".panel:not([hidden]) text"))
    found.push(ratio(getComputedStyle(label).fill, page));
  return Math.min(...found);
"""
OVERFLOWING = """
  const wide = [];
  for (const group of document.querySelectorAll("svg g > rect.box")) {
    const box = group.getBoundingClientRect();
    for (const text of group.parentElement.querySelectorAll("text")) {
      const t = text.getBoundingClientRect();
      if (t.width && (t.left < box.left || t.right > box.right || t.top < box.top || t.bottom > box.bottom))
        wide.push(text.textContent);
    }
  }
  return wide;
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of store buffering."""
    out = tmp_path_factory.mktemp("page") / "sb.html"
    assert main(["show", str(ROOT / "examples" / "SB.litmus"), "-o", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless browser without a network."""
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=DRIVER))
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
    )
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: Any, page: Path) -> Any:
    """The browser with the page freshly loaded."""
    browser.set_window_size(1200, 900)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    browser.get(page.as_uri())
    return browser


def panels(opened: Any) -> list[str]:
    """The names of the pictures that show."""
    found = opened.find_elements(By.CSS_SELECTOR, ".panel")
    return [panel.get_attribute("aria-label") for panel in found if panel.is_displayed()]


def pressed(opened: Any) -> list[str]:
    """The names of the cells that are chosen."""
    found = opened.find_elements(By.CSS_SELECTOR, 'button.cell[aria-pressed="true"]')
    return [button.get_attribute("aria-label") for button in found]


def press(opened: Any, *keys: str) -> None:
    for key in keys:
        opened.switch_to.active_element.send_keys(key)


def test_the_forbidden_outcome_shows_first(opened: Any) -> None:
    assert panels(opened) == ["0:r0=0; 1:r0=0; under sc"]
    assert pressed(opened) == ["0:r0=0; 1:r0=0; under sc: forbidden"]
    assert opened.get_log("browser") == []
    assert opened.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_a_click_shows_another_picture(opened: Any) -> None:
    opened.find_element(By.CSS_SELECTOR, 'button[aria-label="0:r0=1; 1:r0=0; under power: allowed"]').click()
    assert panels(opened) == ["0:r0=1; 1:r0=0; under power"]
    status = opened.find_element(By.CSS_SELECTOR, '[role="status"]').get_attribute("textContent")
    assert status == "Shown: 0:r0=1; 1:r0=0; under power: allowed"
    assert len(pressed(opened)) == 1


def test_the_keyboard_alone_is_enough(opened: Any) -> None:
    for _ in range(10):
        press(opened, Keys.TAB)
        if "cell" in (opened.switch_to.active_element.get_attribute("class") or ""):
            break
    focused = opened.switch_to.active_element
    assert focused.get_attribute("aria-label") == "0:r0=0; 1:r0=0; under sc: forbidden"
    assert focused.value_of_css_property("outline-style") == "solid"
    assert float(focused.value_of_css_property("outline-width").removesuffix("px")) >= 2
    press(opened, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    assert panels(opened) == ["0:r0=0; 1:r0=0; under sc"], "moving alone changes nothing"
    press(opened, Keys.ENTER)
    assert panels(opened) == ["0:r0=0; 1:r0=1; under x86-tso"]
    press(opened, Keys.END, Keys.SPACE)
    assert panels(opened) == ["0:r0=1; 1:r0=1; under power"]
    press(opened, Keys.ARROW_DOWN, Keys.HOME, Keys.ENTER)
    assert panels(opened) == ["0:r0=0; 1:r0=0; under sc"]
    press(opened, Keys.TAB)
    assert "wide" in opened.switch_to.active_element.get_attribute("class"), "on to the picture, which may scroll"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_can_be_read(opened: Any, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    color = opened.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (color == "rgb(255, 255, 255)") == (scheme == "light")
    assert opened.execute_script(CONTRAST) >= 4.5


@pytest.mark.parametrize("width", [360, 700, 1600])
def test_nothing_is_wider_than_the_screen(opened: Any, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        assert opened.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
        assert opened.execute_script("return window.innerWidth") == width
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_texts_stay_in_their_boxes(opened: Any) -> None:
    opened.execute_script("for (const p of document.querySelectorAll('.panel')) p.hidden = false")
    assert len(opened.find_elements(By.CSS_SELECTOR, "svg text")) > 100
    assert opened.execute_script(OVERFLOWING) == []


def test_without_scripts_every_picture_shows(browser: Any, page: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(page.as_uri())
        assert len(browser.find_elements(By.CSS_SELECTOR, ".panel:not([hidden])")) == 16
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
