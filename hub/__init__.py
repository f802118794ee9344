"""The hub: the only process with locks, lids, scale and journal. It decides; it has no network."""
