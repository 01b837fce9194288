from .hostile import assert_no_other_method


def test_says_what_runs_here(api, db):
    assert set(api.ok("get_status")) == {"environment", "version"}


def test_takes_no_other_method(api, db):
    assert_no_other_method(api, "get_status")


def test_asks_the_database_nothing(api, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        api.ok("get_status")
