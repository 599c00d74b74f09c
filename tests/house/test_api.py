"""docs/api.md says what the public faces say of themselves."""

from tests.house.api import PAGE, page


def test_the_page_is_what_the_faces_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.house.api promote"
