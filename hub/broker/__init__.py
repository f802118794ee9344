"""The one process with root's powers: a fixed list of verbs, asked by the hub alone."""
