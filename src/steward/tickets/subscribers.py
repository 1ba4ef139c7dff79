"""What tickets do when something happens elsewhere."""
