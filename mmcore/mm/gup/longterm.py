"""Long-term pins keep out of memory that must stay movable: CMA blocks, isolated blocks, ZONE_MOVABLE.

Source: mm/gup.c:check_and_migrate_movable_pages() and below of Linux 6.12.
"""

from __future__ import annotations

from collections.abc import Sequence
from errno import ENOMEM

from mmcore.cpu import Cpu
from mmcore.mm.gup.gup_fast import folio_is_longterm_pinnable
from mmcore.mm.gup.pin import unpin_user_page
from mmcore.mm.migrate.migration import isolate_folio, migrate_folio, putback_folio
from mmcore.mm.mm_types import System
from mmcore.mm.page_alloc.page import Page, page_folio
from mmcore.mm.page_alloc.page_alloc import GFP_KERNEL


def migrate_unpinnable(cpu: Cpu, system: System, pages: Sequence[Page]) -> bool:
    """Moves pinned pages that may not stay to where they may; whether all were unpinned, and are to be pinned again.

    Raises OSError (ENOMEM) where one cannot be moved; all are unpinned then, too.
    """
    unpinnable = [page for page in pages if not folio_is_longterm_pinnable(cpu, page)]
    if not unpinnable:
        return False
    isolated = [folio for folio in (page_folio(cpu, page) for page in unpinnable) if isolate_folio(cpu, folio)]
    for page in pages:
        unpin_user_page(cpu, page)
    failed = [page for page in isolated if not migrate_folio(cpu, system, page, GFP_KERNEL)]
    for page in failed:
        putback_folio(cpu, page)
    if failed:
        raise OSError(ENOMEM, "a page cannot be moved to where it may be pinned for long")
    return True
