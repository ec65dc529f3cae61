"""Documents in, IR and diagnostics out. Pure: nothing here reads files, prints or exits."""
