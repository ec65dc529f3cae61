"""What the Python API and the commands are made of. No click, and nothing is printed."""
