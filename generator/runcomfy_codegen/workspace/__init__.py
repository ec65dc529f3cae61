"""What the Python API and the commands are made of: configuration, schemas, folders. Nothing is printed here."""
