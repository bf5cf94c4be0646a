"""How a person uses the pages of a case: by what they see."""

import re
from typing import Any

from playwright.sync_api import Page, expect


def act(page: Page, label: str, **typed: Any) -> None:
    """Press the button of an action, fill in its form, hand it in, and see that it was done."""
    fill(page, label, **typed)
    page.locator("#deed-body button[type=submit]").click()
    expect(page.locator(".message").first).to_be_visible()
    expect(page.locator("#deed[open]")).to_have_count(0)


def fill(page: Page, label: str, **typed: Any) -> None:
    """Press the button of an action and fill in its form: texts, choices by their words, yes or no."""
    page.get_by_role("link", name=re.compile(rf"^{label}( 有草稿)?$")).first.click()
    form = page.locator("#deed-body form")
    expect(form).to_be_visible()
    for name, value in typed.items():
        field = form.locator(f"[name={name}]")
        kind = field.first.evaluate("element => element.type ?? element.tagName")
        if kind == "radio":
            form.locator(f"[name={name}][value={value}]").check()
        elif kind == "select-one":
            field.select_option(label=value)
        else:
            field.fill(value)
