"""A fictitious edition of the panorama, and seeded changes of layout that change no fact."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.common.tabular_files import ods, xlsx


def fictitious_rows() -> list[list[str]]:
    """Return the header and seven projects, in the layout of the edition of 2016-11."""
    path = Path(__file__).with_name("panorama_fictitious.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


FICTITIOUS_SUMMARY = {
    "edition": "2017-11",
    "projects": 7,
    "interministerial": 3,
    # 52.4 + 9 + 121.25 + 0.3 + 7.7
    "total_cost_meur": 190.65,
    "projects_with_cost": 5,
    # (6.25 + 3.5 + 12.843836 + 2 + 5.000001) / 5 = 5.9187674
    "mean_duration_years": 5.9188,
    "projects_with_duration": 5,
    "warnings": [],
}

_MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)
_SHORT = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()

# Headings of later pages for the same columns.
_SYNONYMS = {
    "Nom du projet": "Projet",
    "Projet interministériel": "Projet inter-ministériel",
    "Description et objectifs du projet": "Description et objectifs",
    "Durée prévisionnelle en année": "Durée du projet en années",
    "Coût estimé": "Coût complet estimé (M€)",
    "Zone fonctionnelle": "Zone fonctionnelle principale",
    "Financement [programme(s)]": "Programme de financement",
}


@dataclass
class Draft:
    """A table being changed, and how it will be written."""

    rows: list[list[object]]
    before: list[list[object]] = field(default_factory=list)
    encoding: str = "utf-8"
    separator: str = ","
    kind: str = "csv"
    serial: bool = False

    def column(self, heading: str) -> int:
        """Return the place of a column by its original heading."""
        key = _bare(heading)
        return next(i for i, cell in enumerate(self.rows[0]) if _bare(str(cell)) == key)


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.casefold())
    known = {_squash(new): _squash(old) for old, new in _SYNONYMS.items()}
    return known.get(_squash(plain), _squash(plain))


def _squash(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.casefold())
    return re.sub(r"[^a-z]", "", "".join(c for c in plain if not unicodedata.combining(c)))


def _move_columns(draft: Draft, rng: random.Random) -> None:
    order = list(range(len(draft.rows[0])))
    rng.shuffle(order)
    draft.rows = [[row[i] for i in order] for row in draft.rows]


def _heading_case(draft: Draft, rng: random.Random) -> None:
    change = rng.choice([str.upper, str.lower, str.title])
    draft.rows[0] = [change(str(cell)) for cell in draft.rows[0]]


def _heading_accents(draft: Draft, _rng: random.Random) -> None:
    for i, cell in enumerate(draft.rows[0]):
        plain = unicodedata.normalize("NFD", str(cell))
        draft.rows[0][i] = "".join(c for c in plain if not unicodedata.combining(c))


def _heading_words(draft: Draft, _rng: random.Random) -> None:
    names = {_squash(old): new for old, new in _SYNONYMS.items()}
    draft.rows[0] = [names.get(_squash(str(cell)), cell) for cell in draft.rows[0]]


def _heading_lines(draft: Draft, _rng: random.Random) -> None:
    draft.rows[0] = [
        f" {str(cell).strip().replace(' ', chr(10), 1)}\u00a0" for cell in draft.rows[0]
    ]


def _blank_rows(draft: Draft, rng: random.Random) -> None:
    width = len(draft.rows[0])
    for _time in range(rng.randint(1, 250)):
        draft.rows.insert(rng.randint(1, len(draft.rows)), [""] * width)


def _blank_columns(draft: Draft, rng: random.Random) -> None:
    for _time in range(rng.randint(1, 11)):
        place = rng.randint(0, len(draft.rows[0]))
        for row in draft.rows:
            row.insert(place, "")


def _totals(draft: Draft, rng: random.Random) -> None:
    cost, title = draft.column("Coût estimé"), draft.column("Nom du projet")
    for label in rng.sample(["TOTAL", "Total général", "Sous-total 2017", "Moyenne"], 2):
        line: list[object] = [""] * len(draft.rows[0])
        line[title] = label
        line[cost] = "1234,5"
        draft.rows.append(line)
    silent: list[object] = [""] * len(draft.rows[0])
    silent[cost] = "2469"
    draft.rows.append(silent)


def _preamble(draft: Draft, rng: random.Random) -> None:
    width = len(draft.rows[0])
    lines = ["Panorama des grands projets du SI de l'État", "", "Coûts en M€, projet par projet"]
    draft.before = [[line] + [""] * (width - 1) for line in lines[: rng.randint(1, 3)]]


def _footnotes(draft: Draft, rng: random.Random) -> None:
    width = len(draft.rows[0])
    for text in ("(1) Coût complet, TTC", "Source : direction du numérique"):
        line: list[object] = [""] * width
        line[rng.randrange(width)] = text
        draft.rows.append(line)


def _cp1252(draft: Draft, _rng: random.Random) -> None:
    draft.encoding = "cp1252"


def _utf16(draft: Draft, rng: random.Random) -> None:
    draft.encoding = rng.choice(["utf-16", "utf-8-sig", "utf-16-le"])


def _semicolons(draft: Draft, rng: random.Random) -> None:
    draft.separator = rng.choice([";", "\t"])


def _numbers(draft: Draft, change: Callable[[str], object]) -> None:
    for heading in ("Coût estimé", "Durée prévisionnelle en année"):
        place = draft.column(heading)
        for row in draft.rows[1:]:
            if re.fullmatch(r"[0-9]+([.,][0-9]+)?", str(row[place])):
                row[place] = change(str(row[place]))


def _commas(draft: Draft, _rng: random.Random) -> None:
    _numbers(draft, lambda text: text.replace(".", ","))


def _dates(draft: Draft, heading: str, change: Callable[[dt.date], object]) -> None:
    place = draft.column(heading)
    for row in draft.rows[1:]:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(row[place])):
            row[place] = change(dt.date.fromisoformat(str(row[place])))


def _month_words(draft: Draft, rng: random.Random) -> None:
    names, year = rng.choice([_MONTHS, _SHORT]), rng.choice(["%Y", "%y"])
    _dates(draft, "Début", lambda day: f"{names[day.month - 1]} {day:{year}}")


def _french_dates(draft: Draft, _rng: random.Random) -> None:
    for heading in ("Début", "Date de publication"):
        _dates(draft, heading, lambda day: f"{day:%d/%m/%Y}")


def _typed(draft: Draft) -> None:
    """Give numbers and dates the types that a spreadsheet gives them."""
    _numbers(draft, lambda text: float(text.replace(",", ".")))
    origin = dt.date(1899, 12, 30)
    for heading in ("Début", "Date de publication"):
        _dates(draft, heading, lambda day: (day - origin).days if draft.serial else day)


def _xlsx(draft: Draft, _rng: random.Random) -> None:
    draft.kind = "xlsx"
    _typed(draft)


def _serials(draft: Draft, rng: random.Random) -> None:
    draft.serial = True
    _xlsx(draft, rng)


def _ods(draft: Draft, _rng: random.Random) -> None:
    draft.kind = "ods"
    _typed(draft)


def _extra_column(draft: Draft, rng: random.Random) -> None:
    place = rng.randint(0, len(draft.rows[0]))
    for i, row in enumerate(draft.rows):
        row.insert(place, f"note {i}" if i else "Commentaire interne")


MUTATIONS: list[Callable[[Draft, random.Random], None]] = [
    _move_columns, _heading_case, _heading_accents, _heading_words, _heading_lines, _blank_rows,
    _blank_columns, _totals, _preamble, _footnotes, _cp1252, _utf16, _semicolons, _commas,
    _month_words, _french_dates, _xlsx, _serials, _ods, _extra_column,
]  # fmt: skip


def _write(draft: Draft) -> bytes:
    rows = [*draft.before, *draft.rows]
    if draft.kind == "xlsx":
        return xlsx({"Export CSV": rows, "Feuil2": []})
    if draft.kind == "ods":
        return ods({"Feuille1": rows})
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=draft.separator).writerows(rows)
    # A sign that Windows-1252 lacks can only be in a description: it is lost there too.
    return stream.getvalue().encode(draft.encoding, "replace")


def mutate(rows: list[list[str]], seed: int) -> tuple[bytes, list[str]]:
    """Return the bytes of a changed file and the names of its changes.

    The change of rank `seed` is always made, with up to four others drawn at random; changes of
    the cells come before those of the rows, as when a file is edited then exported.
    """
    rng = random.Random(seed)
    chosen = {seed % len(MUTATIONS), *rng.sample(range(len(MUTATIONS)), rng.randint(1, 4))}
    draft = Draft([list(row) for row in rows])
    order = [13, 14, 15, 16, 17, 18, 0, 1, 2, 3, 4, 5, 7, 9, 6, 19, 8, 10, 11, 12]
    for index in order:
        if index in chosen:
            MUTATIONS[index](draft, rng)
    return _write(draft), [MUTATIONS[index].__name__ for index in order if index in chosen]


def original(rows: list[list[str]]) -> bytes:
    """Return the file in its published form: UTF-8, commas."""
    return _write(Draft([list(row) for row in rows]))
