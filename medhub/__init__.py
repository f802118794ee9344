"""The `medhub` command: the only place that may import all packages, and does so lazily."""
