"""IR in, ``{path: text}`` out. Nothing in this room touches a disk."""
