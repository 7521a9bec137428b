"""The DINUM panorama as facts: rows, warnings, reference tables, recognition of projects.

Pure: neither the database nor files of others. Importers produce these facts, services apply them.
"""
