"""Pins and references of user pages: taken under the page-table lock, and dropped.

A pin is for one who will access the contents of a page: a private page is exclusive then, and stays where it is until
unpin_user_page().  Source: mm/gup.c of Linux 6.12 (the functions named below), mm/internal.h:gup_must_unshare(),
Documentation/core-api/pin_user_pages.rst.
"""

from __future__ import annotations

from typing import Any

from mmcore.cpu import Cpu
from mmcore.errors import Misuse
from mmcore.mm.gup.gup_fast import FOLL_GET, FOLL_LONGTERM, FOLL_PIN, FOLL_WRITE
from mmcore.mm.mm_types import Vma
from mmcore.mm.mmdebug import vm_bug_on
from mmcore.mm.page_alloc.page import (
    Page,
    PG_anon_exclusive,
    folio_add_pins,
    folio_get,
    folio_ref_count,
    folio_sub_pins,
    folio_test_anon,
    page_folio,
    page_test,
)
from mmcore.mm.page_alloc.page_alloc import free_folio, put_page

SOURCE = "mm/gup.c:is_valid_gup_args()"


def check_gup_args(flags: int) -> None:
    """Raises Misuse for flags that contradict each other (is_valid_gup_args())."""
    if flags & FOLL_PIN and flags & FOLL_GET:
        raise Misuse("get_user_pages()", "FOLL_GET and FOLL_PIN exclude each other", SOURCE)
    if flags & FOLL_LONGTERM and not flags & FOLL_PIN:
        raise Misuse("get_user_pages()", "FOLL_LONGTERM is for pins, so it comes with FOLL_PIN", SOURCE)


def unpin_user_page(cpu: Cpu, page: Page) -> None:
    """Drops a pin, and frees the page with its last reference; raises Misuse if there is no pin (unpin_user_page())."""
    if is_zero_page(page):
        return
    folio = page_folio(cpu, page)
    if folio_sub_pins(cpu, folio, 1):
        free_folio(cpu, folio)


def put_user_page(cpu: Cpu, page: Page) -> None:
    """Drops a reference of get_user_pages() (put_page())."""
    if not is_zero_page(page):
        put_page(cpu, page_folio(cpu, page))


def is_zero_page(page: Page) -> bool:
    """Whether a page is that of zeros, which lies in no zone and whose users are not counted (is_zero_page())."""
    return page.zone is None


def gup_must_unshare(cpu: Cpu, vma: Vma, flags: int, page: Page) -> Any:
    """Whether a pin for reading would miss later writes of its address space, which would go to a copy.

    A pin of a page that is not private is that of a file or of zeros: only a long-term one of a private mapping needs
    a copy of it.
    """
    if flags & FOLL_WRITE or not flags & FOLL_PIN:
        return False
    if not folio_test_anon(cpu, page):
        return bool(flags & FOLL_LONGTERM) and not vma.shared
    cpu.smp_rmb()
    return not page_test(cpu, page, PG_anon_exclusive)


def try_grab_page(cpu: Cpu, page: Page, flags: int) -> None:
    """Takes a reference or a pin, under the page-table lock (try_grab_folio()); the zero page has neither.

    Raises Misuse for a page without references, and for a pin of a private page that is not exclusive.
    """
    if is_zero_page(page):
        return
    folio = page_folio(cpu, page)
    vm_bug_on(folio_ref_count(cpu, folio) <= 0, f"getting page {page.pfn}", "a page that is mapped has a reference",
              "mm/gup.c:try_grab_folio()")  # fmt: skip
    if flags & FOLL_GET:
        folio_get(cpu, folio)
        return
    shared = folio_test_anon(cpu, folio) and not page_test(cpu, page, PG_anon_exclusive)
    vm_bug_on(
        shared, f"pinning page {page.pfn}", "only an exclusive private page is pinned", "mm/gup.c:follow_page_pte()"
    )
    folio_add_pins(cpu, folio, 1)
