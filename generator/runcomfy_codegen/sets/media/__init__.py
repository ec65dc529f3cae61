"""Media rules as sets: which files do these rules let pass?"""
