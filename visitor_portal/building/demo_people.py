"""Who lives in the demo building."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Home:
    name: str
    floor: str
    unit: str
    residents: tuple[str, ...] = ()
    do_not_disturb: bool = False
    video_only: bool = False
    hint: str = ""


def _home(floor: str, unit: str, name: str, *residents: str, **kind: object) -> Home:
    return Home(name, floor, unit, residents or (name.split(" · ")[0],), **kind)  # type: ignore[arg-type]


GROUND = "Ground floor"

ENTRIES = (
    _home(GROUND, "1", "Reception", "Reception desk", hint="the one to try first"),
    _home(GROUND, "2", "Dr Ingrid Sørensen, dentist", "Ingrid Sørensen"),
    Home("Parcel room", GROUND, "3"),  # nobody there takes calls
    _home(GROUND, "4", "Levain bakery", "Levain bakery"),
    _home("1", "11", "Amal Haddad · أمل حداد"),
    _home(
        "1",
        "12",
        "Okafor & Lindqvist",
        "Chidi Okafor",
        "Maja Lindqvist",
        hint="one home, two phones: open both, the first answer wins",
    ),
    _home("1", "13", "Jonas Weber"),
    _home("1", "14", "Sakura Tanaka · 田中さくら"),
    _home("2", "21", "Nikos Papadopoulos · Νίκος Παπαδόπουλος"),
    _home("2", "22", "Léa Fournier"),
    _home("2", "23", "Olena Kovalchuk · Олена Ковальчук"),
    _home("2", "24", "Tomás Ó Briain"),
    _home("3", "31", "Dana Levi · דנה לוי", do_not_disturb=True, hint="on do-not-disturb: visitors read why"),
    _home("3", "32", "Priya Raman · பிரியா ராமன்"),
    _home("3", "33", "José María Núñez"),
    _home("3", "34", "Haneul Kim · 김하늘"),
    _home("4", "41", "Vermeer & Daughters, architecture and interiors", "Studio Vermeer"),
    _home("4", "42", "Aylin Yılmaz"),
    _home("4", "43", "Nguyễn Thị Hương"),
    _home("4", "44", "Samuel Kimani", video_only=True, hint="takes only calls with picture"),
    _home("5", "51", "Zofia Wiśniewska"),
    _home("5", "52", "Mita Sen · মিতা সেন"),
    _home("5", "53", "Alexandre de La Rochefoucauld-Montmorency"),
    _home("5", "54", "Lin Wei · 林薇"),
    _home("5", "55", "Ivan Horvat"),
    _home("5", "56", "Nino Beridze · ნინო ბერიძე"),
)
