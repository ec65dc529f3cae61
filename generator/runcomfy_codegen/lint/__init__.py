"""What is wrong or contradictory in published schemas, besides the problems that building finds."""
