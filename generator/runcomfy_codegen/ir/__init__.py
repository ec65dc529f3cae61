"""Values that pass between the stages: documents, diagnostics, models, types.

Frozen, printable, standard library only (and the runtime's tables). Nothing in
this room knows Python source code, a disk, or a terminal.
"""
