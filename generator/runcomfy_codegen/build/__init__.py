"""Documents in, IR and diagnostics out. Pure: nothing here reads, prints or exits."""
