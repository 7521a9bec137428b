"""The sentences of the refusals, by what was found."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: dict[str, Promise] = {
    "unreadable_file": _("the file cannot be opened (%(detail)s)"),
    "not_regular": _("this is not an ordinary file: links, folders and pipes are not read"),
    "empty_file": _("the file is empty"),
    "wrong_extension": _("the name of the file does not say that it is %(kind)s"),
    "stranger": _("this is a %(kind)s file; save it as XLSX, ODS or CSV"),
    "markup": _("this is a web page or XML, not a table"),
    "no_separator": _("this is not a table: no separator (; , or tab) makes columns"),
    "archive": _("this archive is neither an XLSX nor an ODS workbook"),
    "encoding": _("the encoding cannot be told: save the file as UTF-8"),
    "nul_bytes": _("the file contains NUL bytes: it is not a text table"),
    "ambiguous_separator": _("“%(first)s” and “%(second)s” may both be the separator"),
    "quotes": _("a quoted cell is not closed, or text follows its closing quote (%(detail)s)"),
    "unreadable_workbook": _("the workbook cannot be read (%(detail)s)"),
    "unreadable_archive": _("the archive cannot be read (%(detail)s)"),
    "encrypted": _("the file is encrypted: save it without a password"),
    "macros": _("the workbook carries macros: save it as XLSX or ODS without them"),
    "external_links": _("the workbook is linked to other files: break the links, keep the values"),
    "xml_entities": _("the workbook declares XML entities, which no spreadsheet does"),
    "bad_name": _("the archive holds a name that would leave its folder: %(name)s"),
    "bad_method": _("the archive is packed in a way that is not read: %(name)s"),
    "double_name": _("the archive holds the same name twice"),
    "error_cell": _("the cell shows an error, not a value"),
    "formula_without_value": _("the cell holds a formula whose value was not saved"),
    "control_character": _("the text holds a control character (%(mark)s)"),
    "bidi_character": _("the text holds a mark that changes the order of reading (%(mark)s)"),
    "large_file": _("the file exceeds %(size)d bytes"),
    "unpacked": _("the file unfolds beyond %(size)d bytes"),
    "ratio": _("the file unfolds to more than %(size)d times its size"),
    "many_members": _("the archive holds more than %(size)d files"),
    "many_rows": _("the table has more than %(size)d rows"),
    "many_columns": _("the table has more than %(size)d columns"),
    "many_cells": _("a sheet spreads over more than %(size)d cells"),
    "much_text": _("the workbook holds more than %(size)d characters"),
    "long_cell": _("a cell holds more than %(size)d characters"),
    "long_line": _("a line holds more than %(size)d characters"),
    "memory": _("reading the file takes more memory than is allowed"),
    "too_slow": _("reading the file takes more than %(size)d seconds"),
    "reader_failed": _("the file makes the reader fail (%(detail)s): save it anew and try again"),
}
