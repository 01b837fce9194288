"""The whole visit on PostgreSQL, by one setting."""

from pathlib import Path

from .visiting import browser, portal, rung, tapped


def test_a_visit_on_postgres(tmp_path: Path, postgres_url: str) -> None:
    with portal(tmp_path, DATABASE_URL=postgres_url) as site, browser(site.url) as phone, browser(site.url) as home:
        visit = rung(phone, site, "Chidi Okafor")
        home.get(site.home("Chidi Okafor").url)
        assert "You are talking" in tapped(home, visit, "answer").text
        assert "The door is open" in tapped(home, visit, "open").text
        assert "The door is open" in phone.get(visit).text
        assert phone.get("/readyz").json() == {"database": True, "layer": True, "upstream": True}
        assert not site.database.exists()
