"""The pure core. No I/O and no clock: `decide`, `apply` and `due` are functions of what they are given."""
