"""The directory as a file: sent to the desk, and taken in."""

from django.core.files.uploadedfile import SimpleUploadedFile

from visitor_portal.building.models import Building, Entry

from .forms import Fields, text

ADD = "name,floor\n"
HERE = "/admin/building/entry/"


def upload(desk, content: str | bytes, building: Building | None = None):
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile("directory.csv", data)
    where = building.id if building else Building.objects.order_by("id")[0].id
    return desk.post(f"{HERE}import/", {"building": where, "import_file": file, "format": "0", "resource": "0"})


def confirm(desk, preview):
    assert preview.context.get("confirm_form"), text(preview)
    return desk.post(f"{HERE}process_import/", Fields(preview.content.decode()).sent, follow=True)


def take_in(desk, content: str, building: Building | None = None):
    return confirm(desk, upload(desk, content, building))


def wrong(preview) -> list[tuple[int, str, str]]:
    """Line, column and sentence of all that is wrong."""
    assert not preview.context.get("confirm_form")
    return [
        (row.number + 1, column, said)
        for row in preview.context["result"].invalid_rows
        for column, errors in row.error_dict.items()
        for said in errors
    ]


def names() -> list[str]:
    return sorted(str(entry) for entry in Entry.objects.all())
