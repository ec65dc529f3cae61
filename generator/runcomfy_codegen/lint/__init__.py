"""What is wrong or contradictory in published schemas, beyond what building them notices."""
