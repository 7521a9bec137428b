"""A person who only has a keyboard: no mouse event, and a focus that is always seen (A02)."""

from __future__ import annotations

from typing import Any

import pytest

MOST_STOPS = 400
# A press of the mouse is told on the way that violations of the policy take: the test fails.
NO_MOUSE = (
    "for (const name of ['mousedown', 'pointerdown', 'touchstart'])"
    " document.addEventListener(name, event => pfViolation('the mouse was used: ' + name), true);"
)
# What is wrong with the focus where it is: no mark around it, out of the window, under something.
# A box is hit at its middle and near its corners; an inline link has one box a line. What is as
# tall as the window cannot be seen whole: its middle alone counts.
_FAULT = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return '';
  const own = [e, ...(e.labels || [])];
  const ringed = style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  const parts = [null, '::before', '::after'];
  const marked = own.some(n => parts.some(part => ringed(getComputedStyle(n, part))));
  if (!marked) return 'no mark of the focus';
  const under = (x, y) => {
    const top = document.elementFromPoint(x, y);
    return top && own.some(n => n.contains(top) || top.contains(n)) ? null : top;
  };
  let shown = 0;
  for (const box of own.flatMap(n => [...n.getClientRects()])) {
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    if (right - left < 2 || bottom - top < 2) continue;
    shown += 1;
    const dx = Math.min(3, (right - left) / 4), dy = Math.min(3, (bottom - top) / 4);
    const middle = [(left + right) / 2, (top + bottom) / 2];
    const corners = [[left + dx, top + dy], [right - dx, top + dy], [left + dx, bottom - dy],
      [right - dx, bottom - dy]];
    const tall = box.height > innerHeight * 0.8;
    for (const [x, y] of tall ? [middle] : [middle, ...corners]) {
      const cover = under(x, y);
      if (cover) return 'under ' + cover.outerHTML.slice(0, 80);
    }
  }
  return shown ? '' : 'out of the window';
}"""
_WHERE = "() => document.activeElement.outerHTML.slice(0, 160)"
# Whether a walk has come to its end: back to the document, or to where it was already.
_ENDED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body || window.pfWalked.has(e)) return true;
  window.pfWalked.add(e);
  return false;
}"""


def without_mouse(visitor: Any) -> Any:
    """Have the pages of a visitor refuse the mouse; return the page."""
    visitor.context.add_init_script(NO_MOUSE)
    return visitor.page


def fault_of_focus(page: Any) -> str:
    """Return what hides the focus and where; empty when it is seen whole."""
    fault: str = page.evaluate(_FAULT)
    return f"{fault}: {page.evaluate(_WHERE)}" if fault else ""


def tab_to(page: Any, selector: str, key: str = "Tab") -> None:
    """Reach a control by the keyboard alone; the focus is seen at each stop of the way."""
    for _ in range(MOST_STOPS):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press(key)
        fault = fault_of_focus(page)
        assert not fault, f"on the way to {selector}: {fault}"
    pytest.fail(f"{selector} is not reached by the keyboard")


def press(page: Any, selector: str, key: str = "Enter") -> None:
    """Reach a control and press a key on it."""
    tab_to(page, selector)
    page.keyboard.press(key)


def write(page: Any, selector: str, text: str) -> None:
    """Reach a field and replace what it holds."""
    tab_to(page, selector)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def choose(page: Any, selector: str, value: str) -> None:
    """Reach a list and go down from its first choice to another."""
    tab_to(page, selector)
    page.keyboard.press("Home")
    choices = page.evaluate("() => document.activeElement.options.length")
    for _ in range(choices):
        if page.evaluate("() => document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"{selector} does not offer {value}")


def walk(page: Any, key: str) -> tuple[int, list[str]]:
    """Go through a page to its end; return the number of stops and where the focus was not seen."""
    page.evaluate("() => { window.pfWalked = new Set(); }")
    faults = []
    for stops in range(MOST_STOPS):
        page.keyboard.press(key)
        if page.evaluate(_ENDED):
            return stops, faults
        fault = fault_of_focus(page)
        if fault:
            faults.append(f"{key}: {fault}")
    pytest.fail("the page has too many stops")
