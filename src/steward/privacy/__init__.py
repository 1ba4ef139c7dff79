"""Privacy as running code: inventory, keys, the egress gate."""
