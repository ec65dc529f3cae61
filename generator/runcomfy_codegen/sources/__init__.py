"""Reads published sources: API pages (text or HTML) and catalog entries become documents.

``read.read_documents`` is the entry point. Nothing here uses a disk, a network or a clock.
"""
