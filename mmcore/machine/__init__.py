"""The simulated mm as a machine that boots, and what is wrong with its state (`audit`)."""

from mmcore.machine.audit import audit, survey
from mmcore.machine.machine import Machine, Shape

__all__ = ["Machine", "Shape", "audit", "survey"]
