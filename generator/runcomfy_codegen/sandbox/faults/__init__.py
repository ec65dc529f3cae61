"""What can go wrong between a client and the API, on demand and the same way every time."""
