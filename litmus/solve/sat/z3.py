"""Solving by Z3: all final states by queries under assumptions.  The only importer of z3.

Clauses go in as DIMACS text, which is much faster than building terms; queries use Z3's C interface as
z3-solver exposes it (`z3.z3core`), because the object layer costs more than the solving at this size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import ArgumentError
from typing import Any

from litmus.errors import InternalError
from litmus.ground import Pairs, Problem, well_formed
from litmus.judge import Execution
from litmus.logic import TRUE
from litmus.program import Observable, Value
from litmus.solve.budget import Budget, Undecided
from litmus.solve.found import Found
from litmus.solve.sat.circuit import Circuit
from litmus.solve.sat.cnf import Clauses

SATISFIABLE, UNSATISFIABLE = 1, -1


@contextmanager
def interruptible() -> Iterator[None]:
    """Lets Ctrl-C through: where it falls into the conversion of an argument for C, ctypes makes an error of it."""
    try:
        yield
    except ArgumentError as error:
        if KeyboardInterrupt.__name__ in str(error):
            raise KeyboardInterrupt from None
        raise


class Z3Solver:
    """A problem in a Z3 solver (`QF_FD`: propositional logic)."""

    def __init__(
        self, problem: Problem, circuit: Circuit, pairs: Pairs, observables: Sequence[Observable], budget: Budget
    ) -> None:
        self.problem = problem
        self.circuit = circuit
        self.pairs = pairs
        self.observables = observables
        self.budget = budget
        self._formula = self._clauses()
        self._session: _Session | None = None
        self._choices: dict[tuple[int, ...], int] = {}

    def _clauses(self) -> Clauses:
        problem = self.problem
        formula = Clauses(self.circuit)
        formula.clauses.extend(well_formed(self.pairs))
        for literal in problem.required:
            formula.require(literal)
        self.guard = [*problem.constraints, -problem.undefined]
        formula.define(self.guard)
        formula.define([problem.thin_air, *problem.answers, *(literal for _, literal in problem.flags)])
        formula.define(literal for values in problem.observed for _, literal in values)
        return formula

    @property
    def session(self) -> _Session:
        """The solver, loaded when the first question is asked."""
        if self._session is None:
            self._session = _Session(self._formula.dimacs(), self._variables(), self.budget)
        return self._session

    def _variables(self) -> list[int]:
        """The variables of rf and co: they alone determine an execution."""
        literals = [*self.pairs.rf.values(), *self.pairs.co.values()]
        return sorted({abs(literal) for literal in literals if abs(literal) > 1})

    # --- answers ----------------------------------------------------------------------------------------

    def states(self) -> Iterator[Found]:
        """Every final state; executions are not counted."""
        first = self._solve(())
        if first is not None:
            yield from self._explore(0, (), first)

    def _explore(self, index: int, assumed: tuple[int, ...], known: Found) -> Iterator[Found]:
        """The states that satisfy the assumptions; `known` is one of them."""
        if index == len(self.problem.observed):
            yield known
            return
        options = dict(self.problem.observed[index])
        here: Found | None = known
        while here is not None:
            literal = options.pop(here.values[index])
            yield from self._explore(index + 1, (*assumed, literal), here)
            here = self._another(assumed, options)

    def _another(self, assumed: tuple[int, ...], options: dict[Value, int]) -> Found | None:
        """A solution with one of the values, or None; values without a solution are dropped.

        Where one value has none, often none of the others has: then it asks for all that are left at once.
        """
        while options:
            value, literal = next(iter(options.items()))
            found = self._solve((*assumed, literal))
            if found is not None:
                return found
            del options[value]
            if len(options) > 2:
                return self._solve((*assumed, self._one_of(tuple(options.values()))))
        return None

    def _one_of(self, literals: tuple[int, ...]) -> int:
        """A literal that can only be true if one of these is."""
        found = self._choices.get(literals)
        if found is None:
            found = self._choices[literals] = self._formula.fresh()
            self.session.add((-found, *literals))
        return found

    def _solve(self, assumed: tuple[int, ...]) -> Found | None:
        """An allowed execution that satisfies the assumptions, or None when there is none."""
        chosen = self.session.solve((*self.guard, *assumed))
        if chosen is None:
            return None
        execution = self._execution(chosen)
        if execution.values is None:
            raise InternalError("a solver's execution has values out of thin air")
        return Found(execution.final(self.observables), execution, None)

    def witness(self, literal: int) -> Found | None:
        """An allowed execution that makes the literal true, or None when there is none."""
        return self._solve((literal,))

    def executions(self, literal: int) -> Iterator[Execution]:
        """Every allowed execution that makes the literal true; nothing else can be asked afterwards."""
        while (chosen := self.session.solve((*self.guard, literal))) is not None:
            yield self._execution(chosen)
            others = tuple(-one for one in sorted(chosen) if one != TRUE)
            if not others:  # nothing is left open: this is the only execution
                return
            self.session.add(others)

    def out_of_thin_air(self) -> bool:
        """Whether the axioms allow an execution with values out of thin air."""
        return self.problem.thin_air != -1 and self.session.solve((self.problem.thin_air,)) is not None

    def _execution(self, chosen: set[int]) -> Execution:
        """The execution of the pairs whose literals are chosen."""
        structure = self.problem.structure
        sources = {r: w for (w, r), literal in self.pairs.rf.items() if literal in chosen}
        earlier = {w: 0 for writes in structure.writes.values() for w in writes}
        for (_, w), literal in self.pairs.co.items():
            if literal in chosen:
                earlier[w] += 1
        orders = {p: tuple(sorted(writes, key=earlier.__getitem__)) for p, writes in structure.writes.items()}
        return Execution(structure, sources, orders)


class _Session:
    """One Z3 solver object with its clauses loaded; `solve` answers with the literals of some variables."""

    @interruptible()
    def __init__(self, dimacs: str, variables: list[int], budget: Budget) -> None:
        import z3
        from z3 import z3core

        self.core: Any = z3core
        self.budget = budget
        self.solver = z3.SolverFor("QF_FD")
        self._limit(z3)
        self.solver.from_string(dimacs)
        self.context: Any = z3.main_ctx().ref()
        self._sort: Any = z3core.Z3_mk_bool_sort(self.context)
        self._terms: dict[int, Any] = {}
        self._ast = z3.Ast
        self._true: int = z3core.Z3_mk_true(self.context).value
        self.variables = [(v, self.core.Z3_get_app_decl(self.context, self._to_app(self._term(v)))) for v in variables]

    def _limit(self, z3: Any) -> None:
        """Resource and time limits; the time is what is left of the check's."""
        if self.budget.rlimit is not None:
            self.solver.set("rlimit", self.budget.rlimit)
        left = self.budget.remaining
        if left is not None:
            self.solver.set("timeout", max(1, int(left * 1000)))

    def _to_app(self, term: Any) -> Any:
        return self.core.Z3_to_app(self.context, term)

    def _term(self, literal: int) -> Any:
        """The Z3 term of a literal; DIMACS variable n is the constant with integer symbol n."""
        term = self._terms.get(literal)
        if term is None:
            core, context = self.core, self.context
            if literal > 0:
                term = core.Z3_mk_const(context, core.Z3_mk_int_symbol(context, literal), self._sort)
            else:
                term = core.Z3_mk_not(context, self._term(-literal))
            core.Z3_inc_ref(context, term)
            self._terms[literal] = term
        return term

    @interruptible()
    def add(self, clause: tuple[int, ...]) -> None:
        """One more clause."""
        array = (self._ast * len(clause))(*map(self._term, clause))
        self.core.Z3_solver_assert(
            self.context, self.solver.solver, self.core.Z3_mk_or(self.context, len(clause), array)
        )

    @interruptible()
    def solve(self, assumed: tuple[int, ...]) -> set[int] | None:
        """The literals of `variables` that a solution under the assumptions makes true, and TRUE; None where there
        is no solution.  Raises Undecided.
        """
        if -1 in assumed:
            return None
        self.budget.spend()
        literals = [literal for literal in assumed if literal != 1]
        array = (self._ast * len(literals))(*(self._term(literal) for literal in literals))
        core, context, solver = self.core, self.context, self.solver.solver
        answer = core.Z3_solver_check_assumptions(context, solver, len(literals), array)
        if answer == UNSATISFIABLE:
            return None
        if answer != SATISFIABLE:
            reason = core.Z3_solver_get_reason_unknown(context, solver)
            if "interrupted" in reason:  # Z3 catches the signal, and goes no further
                raise KeyboardInterrupt
            limit = "resource limit" if self.budget.rlimit is not None else "time limit"
            raise Undecided(f"{limit} of the solver ({reason})")
        return self._chosen(core.Z3_solver_get_model(context, solver))

    def _chosen(self, model: Any) -> set[int]:
        """Equal terms are one object of Z3: a variable is true where its value is the term `true`."""
        core, context, true = self.core, self.context, self._true
        core.Z3_model_inc_ref(context, model)
        chosen = {TRUE}
        for variable, declaration in self.variables:
            value = core.Z3_model_get_const_interp(context, model, declaration)
            chosen.add(variable if value.value == true else -variable)
        core.Z3_model_dec_ref(context, model)
        return chosen

    def __del__(self) -> None:
        for term in getattr(self, "_terms", {}).values():
            self.core.Z3_dec_ref(self.context, term)

