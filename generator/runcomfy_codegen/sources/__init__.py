"""What is published, read: API pages (text or HTML) and catalog entries become documents.

``reading.read`` is the way in. Nothing here touches a disk, a network or a clock.
"""
