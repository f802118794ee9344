"""For every test: nothing depends on how quick the machine is, and a failure is found again."""

from hypothesis import settings

settings.register_profile("anywhere", deadline=None, derandomize=True, database=None)
settings.load_profile("anywhere")
