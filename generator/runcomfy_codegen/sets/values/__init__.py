"""Is every value that one type accepts accepted by another? Yes, no, or unsure."""
