"""Readers from the outside world's plan formats into `hub.domain.plan.Plan`. Pure: bytes in, plan or reasons out."""
