"""水印: who looks, from which office and when, faintly over the whole page, on paper too, so that a photograph tells whose it is.

GB/T 45574-2025 names it among the measures for sensitive personal data. It deters; it prevents no photograph.
"""

from base64 import b64encode

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
LETTER = 15  # px: a Chinese character is as wide as it is high
TILE = (
    '<svg xmlns="http://www.w3.org/2000/svg"><pattern id="p" width="{}" height="210" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(-20)"><text y="60" font-size="{}" font-family="sans-serif" fill="#808080" fill-opacity=".13">'
    '<tspan x="0">{} · {}</tspan><tspan x="0" dy="22">{}</tspan></text></pattern><rect width="100%" height="100%" fill="url(#p)"/></svg>'
)


@register.simple_tag(takes_context=True)
def watermark(context: Context) -> SafeString:
    """A picture, so that nothing of it is read out, found or copied; the page's own style rules would refuse one made in CSS."""
    post = context["post"]
    name, office = post.staff.name, post.office.name
    width = max(420, LETTER * (len(name) + len(office) + 5))  # whole, however long the office's name is
    tile = format_html(TILE, width, LETTER, name, office, f"{timezone.localtime():%Y-%m-%d %H:%M}")
    return format_html('<img class="watermark" alt="" src="data:image/svg+xml;base64,{}">', b64encode(tile.encode()).decode())
