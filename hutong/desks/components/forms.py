"""How Django draws forms here."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Forms and fields in the product's own templates; widgets in Django's."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
