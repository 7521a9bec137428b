"""The scripts of the grid, alone in a page: amounts, blocks and undo against recomputations."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
SCRIPTS = Path(__file__).resolve().parents[2] / "web/static/web/grid"
UNITS = {"eur": 1, "keur": 1_000, "meur": 1_000_000}
SPACES = ["", " ", "\u00a0", "\u202f"]
# An example has no time limit, and asks nothing of a database.
some = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def scripts(program: Browser) -> Any:
    """A blank page with the scripts."""
    page = program.new_page()
    for name in ("amounts.js", "block.js", "store.js"):
        page.add_script_tag(path=SCRIPTS / name)
    yield page
    page.close()


@pytest.fixture
def parse(scripts: Any) -> Callable[[str, str], Any]:
    return lambda text, unit: scripts.evaluate("([t, u]) => pfGrid.parse(t, u)", [text, unit])


@pytest.mark.parametrize(
    ("text", "unit", "cents"),
    [
        ("14 500", "keur", 1_450_000_000),
        ("14\u202f500", "keur", 1_450_000_000),
        ("13\u00a0800,00", "keur", 1_380_000_000),
        ("9.750,5", "keur", 975_050_000),
        ("2 150 €", "eur", 215_000),
        ("2\u00a0150 k€", "keur", 215_000_000),
        ("(100)", "eur", -10_000),
        ("\u2212100", "eur", -10_000),
        ("1 250,5", "keur", 125_050_000),
        ("1,234,567.89", "eur", 123_456_789),
        ("0,01", "eur", 1),
        ("10000000000000", "eur", 1_000_000_000_000_000),
        ("=1200*1,2", "eur", 144_000),
        ("=(1 000+500)/3", "keur", 50_000_000),
        ("=100/3", "eur", 3_333),
        ("=-(2+3)*4", "eur", -2_000),
        ("=200/3", "eur", 6_667),
        ("", "eur", None),
        ("-", "eur", 0),
    ],
)
def test_an_amount_is_read_as_finance_staff_write_it(parse, text, unit, cents):
    assert parse(text, unit).get("cents", "no") == cents


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("abc", "number"),
        ("12a", "number"),
        ("1,2,3", "number"),
        ("0,001", "finer"),
        ("100000000000000", "large"),
        ("=1/0", "zero"),
        ("=1+", "number"),
        ("=2 3)", "number"),
        ("=(1", "number"),
        ("=alert(1)", "number"),
    ],
)
def test_what_is_no_amount_is_told_and_not_guessed(parse, text, fault):
    assert parse(text, "eur").get("fault") == fault


def written(cents: int, unit: str, space: str, *, parentheses: bool) -> str:
    """Write an amount as a French spreadsheet does, independently of the scripts."""
    value = Decimal(abs(cents)) / 100 / UNITS[unit]
    whole, _, rest = f"{value:f}".partition(".")
    groups = f"{int(whole):,}".replace(",", space)
    text = groups + ("," + rest if rest.strip("0") else "")
    if cents >= 0:
        return text
    return f"({text})" if parentheses else f"-{text}"


def test_any_amount_written_the_french_way_is_read_to_the_cent(parse):
    @some
    @given(
        st.integers(-(10**15), 10**15),
        st.sampled_from(sorted(UNITS)),
        st.sampled_from(SPACES),
        st.booleans(),
    )
    def check(cents, unit, space, parentheses):
        assert parse(written(cents, unit, space, parentheses=parentheses), unit) == {"cents": cents}

    check()


def test_what_is_copied_is_read_back_to_the_cent_in_every_unit(scripts):
    @some
    @given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(UNITS)), st.booleans())
    def check(cents, unit, comma):
        back = scripts.evaluate(
            "([c, u, m]) => pfGrid.parse(pfGrid.exact(c, u, m).replace('.', ','), u)",
            [cents, unit, comma],
        )
        assert back == {"cents": cents}

    check()


numbers = st.integers(0, 10**6).map(lambda n: f"{n // 100},{n % 100:02}")
expressions = st.recursive(
    numbers,
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(
        lambda parts: f"({parts[0]}{parts[1]}{parts[2]})"
    ),
    max_leaves=6,
)


def computed(text: str) -> int | None:
    """Return the cents of an expression in euros, by fractions; None for a division by zero."""
    import_free = text.replace(",", ".")
    pieces: list[str] = []
    number = ""
    for sign in [*import_free, " "]:
        if sign.isdigit() or sign == ".":
            number += sign
            continue
        if number:
            pieces.append(f"Fraction('{number}')")
            number = ""
        pieces.append(sign)
    try:
        value = eval("".join(pieces), {"Fraction": Fraction, "__builtins__": {}})
    except ZeroDivisionError:
        return None
    cents = abs(value) * 100
    whole = math.floor(cents + Fraction(1, 2))
    return -whole if value < 0 else whole


def test_arithmetic_in_a_cell_is_exact_until_its_last_rounding(parse):
    @some
    @given(expressions)
    def check(text):
        expected, read = computed(text), parse(f"={text}", "eur")
        if expected is None:
            assert read["fault"] == "zero"
        elif abs(expected) > 9 * 10**15:
            assert read["fault"] == "large"
        else:
            assert read == {"cents": expected, "expression": f"={text}"}

    check()


def test_an_amount_is_shown_rounded_half_up_in_its_unit(scripts):
    def shown(cents, unit, language="fr"):
        return scripts.evaluate("([c, u, l]) => pfGrid.write(c, u, l)", [cents, unit, language])

    assert shown(125_050_000, "keur") == "1\u00a0250,5"
    assert shown(125_055_000, "keur") == "1\u00a0250,6"
    assert shown(-10_000, "eur") == "\u2212100"
    assert shown(123_456_789, "eur", "en") == "1,234,567.89"
    assert shown(None, "eur") == ""

    @some
    @given(st.integers(-(10**15), 10**15))
    def check(cents):
        exact = Decimal(cents) / 100_000
        rounded = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
        text = shown(cents, "keur").replace("\u00a0", "").replace("\u2212", "-").replace(",", ".")
        assert Decimal(text) == rounded

    check()


def block(scripts: Any, plain: str, html: str = "") -> list[list[str]]:
    given = {"text/plain": plain, "text/html": html}
    told = "given => pfGrid.readBlock({getData: kind => given[kind] || ''})"
    return list(scripts.evaluate(told, given))


def test_a_block_of_a_spreadsheet_is_read_cell_by_cell(scripts):
    assert block(scripts, "1\t2\r\n3\t4\r\n") == [["1", "2"], ["3", "4"]]
    assert block(scripts, "a\t\n\tb") == [["a", ""], ["", "b"]]
    assert block(scripts, '"two\nlines"\t"a ""word"""\n1\t2') == [
        ["two\nlines", 'a "word"'],
        ["1", "2"],
    ]
    assert block(scripts, '5" wide\t1') == [['5" wide', "1"]]
    assert block(scripts, "7") == [["7"]]


def test_the_number_behind_a_rounded_text_is_the_one_that_is_pasted(scripts):
    html = '<table><tr><td sdval="14500.126">14 500</td><td>(100)</td></tr></table>'
    assert block(scripts, "14 500\t(100)", html) == [["14500,126", "(100)"]]
    other = '<table><tr><td colspan="2" sdval="1">1</td></tr></table>'
    assert block(scripts, "1\t", other) == [["1", ""]]


@pytest.mark.parametrize(
    ("pairs", "times"),
    [
        ([[100, 100_000], [250, 251_000], [90, 90_500]], 1_000),
        ([[100, 100_000_000], [1, 1_100_000]], 1_000_000),
        ([[100, 120], [250, 200], [90, 95]], None),
        ([[None, 100_000], [0, 5], [0, 7]], None),
        ([], None),
        ([[100, 100_000], [0, 1], [0, 1], [0, 1]], None),
    ],
)
def test_a_block_in_another_unit_than_the_page_is_doubted(scripts, pairs, times):
    assert scripts.evaluate("pairs => pfGrid.unitDoubt(pairs)", pairs) == times


NEW_STORE = """stored => {
  const kept = new Map();
  window.storage = {getItem: k => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v),
                    removeItem: k => kept.delete(k)};
  let number = 0;
  window.makeId = () => `op-${++number}`;
  window.store = new pfGrid.Store('place', storage, makeId);
  Object.entries(stored).forEach(([k, v]) => store.load(k, v));
}"""
STATE = """() => ({values: CELLS.map(k => store.value(k)), dirty: store.dirty().sort(),
  waiting: store.waiting.map(o => o.edits.map(e => [e.key, e.before, e.after]))})"""
CELLS = ["1.0.ae", "1.0.cp", "2.0.ae", "2.1.cp"]


some_changes = st.dictionaries(st.sampled_from(CELLS), st.none() | st.integers(0, 9), min_size=1)


class Typing(RuleBasedStateMachine):
    """Somebody types, undoes, redoes and saves; a model in Python says what the cells hold."""

    page: Any

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[str, int | None] = dict.fromkeys(CELLS)
        self.saved = dict(self.model)
        self.waiting: list[list[tuple[str, int | None, int | None]]] = []
        self.past: list[list[tuple[str, int | None, int | None]]] = []
        self.future: list[list[tuple[str, int | None, int | None]]] = []
        self.page.evaluate(f"window.CELLS = {json.dumps(CELLS)}")
        self.page.evaluate(NEW_STORE, {})

    def _apply(self, cells: list[tuple[str, int | None, int | None]]) -> None:
        self.waiting.append(cells)
        for key, _before, after in cells:
            self.model[key] = after

    @rule(
        changes=st.dictionaries(st.sampled_from(CELLS), st.none() | st.integers(0, 9), min_size=1)
    )
    def types(self, changes: dict[str, int | None]) -> None:
        self.page.evaluate("changes => store.change(changes)", [[k, v] for k, v in changes.items()])
        cells = [(k, self.model[k], v) for k, v in changes.items() if self.model[k] != v]
        if cells:
            self._apply(cells)
            self.past.append(cells)
            self.future = []

    @rule()
    def undoes(self) -> None:
        self.page.evaluate("store.undo()")
        if self.past:
            cells = self.past.pop()
            self.future.append(cells)
            self._apply([(key, after, before) for key, before, after in cells])

    @rule()
    def redoes(self) -> None:
        self.page.evaluate("store.redo()")
        if self.future:
            cells = self.future.pop()
            self.past.append(cells)
            self._apply(cells)

    @rule()
    def saves(self) -> None:
        self.page.evaluate("store.next() && store.settle(store.next().id)")
        if self.waiting:
            for key, _before, after in self.waiting.pop(0):
                self.saved[key] = after

    @rule()
    def reloads(self) -> None:
        """The page comes back with what the server holds, and finds again what was not saved."""
        self.page.evaluate(
            """stored => { window.store = new pfGrid.Store('place', storage, makeId);
               Object.entries(stored).forEach(([k, v]) => store.load(k, v)); }""",
            self.saved,
        )
        self.past, self.future = [], []

    @invariant()
    def the_page_holds_what_the_model_holds(self) -> None:
        told = self.page.evaluate(STATE)
        assert told["values"] == [self.model[key] for key in CELLS]
        assert [[tuple(e) for e in o] for o in told["waiting"]] == self.waiting
        pending = {key for cells in self.waiting for key, _b, _a in cells}
        assert told["dirty"] == sorted(pending)


def test_typing_undo_redo_saving_and_reloading_lose_nothing(scripts):
    machine = type("TypingHere", (Typing,), {"page": scripts})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=15, stateful_step_count=15, deadline=None)
    )


def test_what_others_wrote_first_is_chosen_cell_by_cell_and_nothing_is_lost(scripts):
    scripts.evaluate(f"window.CELLS = {json.dumps(CELLS)}")
    scripts.evaluate(NEW_STORE, {"1.0.ae": 10, "1.0.cp": 10})
    first = scripts.evaluate("store.change([['1.0.ae', 1], ['1.0.cp', 2]]).id")
    scripts.evaluate("store.change([['1.0.cp', 3], ['2.0.ae', 4]])")
    scripts.evaluate("id => store.resolve(id, [['1.0.ae', 7, true], ['1.0.cp', 8, false]])", first)
    told = scripts.evaluate(STATE)
    assert told["values"] == [1, 8, 4, None]
    assert told["waiting"] == [[["1.0.ae", 7, 1]], [["2.0.ae", None, 4]]]
    assert scripts.evaluate("store.next().id") != first


def test_a_refused_operation_gives_its_cells_back_and_leaves_the_others(scripts):
    scripts.evaluate(f"window.CELLS = {json.dumps(CELLS)}")
    scripts.evaluate(NEW_STORE, {"1.0.ae": 10})
    first = scripts.evaluate("store.change([['1.0.ae', 1]]).id")
    scripts.evaluate("store.change([['2.0.ae', 4]])")
    assert scripts.evaluate("id => store.drop(id)", first) == ["1.0.ae"]
    assert scripts.evaluate(STATE)["values"] == [10, None, 4, None]


def test_totals_move_by_what_is_not_saved(scripts):
    scripts.evaluate(f"window.CELLS = {json.dumps(CELLS)}")
    scripts.evaluate(NEW_STORE, {"1.0.ae": 10, "2.0.ae": 5})
    scripts.evaluate("store.change([['1.0.ae', 12], ['2.0.ae', null], ['1.0.cp', 7]])")
    told = scripts.evaluate(
        "() => Object.fromEntries(store.differences(k => k.split('.').slice(1).join('.')))"
    )
    assert told == {"0.ae": -3, "0.cp": 7}
