from tests.building.conftest import file_database  # noqa: F401 a fixture: rows that another thread reads, too
