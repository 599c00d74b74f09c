"""What is asked: a program, its condition and its expectations, the same for every front end and every stage.

In: nothing.  Out: `Program` and what it is made of (`ir`), terms over what reads return (`term`), propositions about
final states (`proposition`).  Everything is frozen; every node that was read from a text knows its span.
"""

from litmus.program.ir import (
    MOST_ELEMENTS,
    NO_TAGS,
    PREDICTED,
    TRUE,
    And,
    Assign,
    Assume,
    Binary,
    Branch,
    Compare,
    Condition,
    Const,
    Expectation,
    Expected,
    Expression,
    Fence,
    Fork,
    Instruction,
    Kind,
    Load,
    MemoryAt,
    Not,
    Observable,
    Operation,
    Or,
    Pointer,
    Program,
    Proposition,
    Reg,
    RegisterAt,
    Select,
    Store,
    StoreConditional,
    Tags,
    Thread,
    Unary,
    Value,
    When,
    expectation,
    mentioned,
    observables,
)
from litmus.program.proposition import predicate

__all__ = [
    "MOST_ELEMENTS", "NO_TAGS", "PREDICTED", "TRUE", "And", "Assign", "Assume", "Binary", "Branch", "Compare",
    "Condition", "Const", "Expectation", "Expected", "Expression", "Fence", "Fork", "Instruction", "Kind", "Load",
    "MemoryAt", "Not", "Observable", "Operation", "Or", "Pointer", "Program", "Proposition", "Reg", "RegisterAt",
    "Select", "Store", "StoreConditional", "Tags", "Thread", "Unary", "Value", "When", "expectation", "ir",
    "mentioned", "observables", "predicate", "term"
]  # fmt: skip
