"""The network process: carries signed things both ways. It can open no lock and write no database."""
