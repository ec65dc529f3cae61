"""Is every value that one side accepts accepted by the other? Yes, no with a witness, or
unsure with the reason. ``values`` asks it of types, ``media`` of rules on files."""
