"""The documentation site: pages made from tables, docstrings and the IR, next to those in ``docs/``.

``python -m runcomfy_docs build`` puts all pages into one folder and renders them. This package is
for the repository: it is not in the wheel, and nothing of the tool imports it.
"""
