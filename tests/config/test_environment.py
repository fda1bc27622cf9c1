"""The environment is judged whole, and every bad variable is named in one error."""

import pytest

from config.environment import Environment, EnvironmentRefused

GOOD_SECRET = "q8Zr2vLk5NwXy7Tb3Hd9Jm4Pc6Gf1Qs0UaEiOoYeRtVbWnKzMxSj"


def refused(variables: dict[str, str], method: str, *arguments: object, **options: object) -> str:
    environment = Environment(variables)
    getattr(environment, method)(*arguments, **options)
    with pytest.raises(EnvironmentRefused) as refusal:
        environment.refuse_if_any()
    return str(refusal.value)


class TestASecret:
    @pytest.mark.parametrize(
        ("secret", "said"),
        [
            ("", "is not set"),
            ("   ", "is not set"),
            ("short", "has 5 characters"),
            ("a" * 60, "has 60 characters"),
            ("django-insecure-" + GOOD_SECRET, "is a sample"),
            ("change-me-" + GOOD_SECRET, "is a sample"),
        ],
        ids=["missing", "blank", "short", "one letter", "django's own sample", "a sample"],
    )
    def test_is_refused_when_weak(self, secret: str, said: str) -> None:
        assert f"SECRET_KEY {said}" in refused({"SECRET_KEY": secret}, "secret", "SECRET_KEY")

    def test_is_never_repeated_in_the_error(self) -> None:
        assert "hunter2" not in refused({"SECRET_KEY": "hunter2"}, "secret", "SECRET_KEY")

    def test_is_taken_when_long_and_random(self) -> None:
        environment = Environment({"SECRET_KEY": GOOD_SECRET})
        assert environment.secret("SECRET_KEY") == GOOD_SECRET
        environment.refuse_if_any()

    def test_that_was_rotated_out_must_have_been_long_too(self) -> None:
        said = refused({"OLD": f"{GOOD_SECRET},tiny"}, "secrets", "OLD")
        assert "OLD holds a former key of 4 characters in place 2" in said


class TestAnAddress:
    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ("mysql://host/name", "must start with postgresql://"),
            ("postgresql://host:notaport/name", "is not a PostgreSQL address"),
            ("postgresql://host/name?nonsense=1", "is not a PostgreSQL address"),
            ("postgresql://host", "names no database"),
        ],
    )
    def test_of_a_database_is_refused_when_malformed(self, address: str, said: str) -> None:
        assert f"DATABASE_URL {said}" in refused({"DATABASE_URL": address}, "postgres", "DATABASE_URL")

    def test_of_a_database_is_taken_apart(self) -> None:
        parts = Environment({"D": "postgresql://me:p%40ss@host:5433/name?sslmode=require"}).postgres("D")
        assert parts == {
            "user": "me",
            "password": "p@ss",
            "host": "host",
            "port": "5433",
            "dbname": "name",
            "sslmode": "require",
        }

    def test_of_a_database_may_be_left_out(self) -> None:
        assert Environment({}).postgres("DATABASE_URL") is None

    def test_of_redis_has_its_scheme(self) -> None:
        assert "REDIS_URL must start with redis://" in refused({"REDIS_URL": "localhost:6379"}, "redis", "REDIS_URL")


class TestOtherVariables:
    @pytest.mark.parametrize("host", ["*", ".clinic.example", "https://clinic.example"])
    def test_hosts_are_exact(self, host: str) -> None:
        assert "ALLOWED_HOSTS takes exact host names" in refused({"ALLOWED_HOSTS": host}, "hosts", "ALLOWED_HOSTS")

    def test_origins_have_a_scheme(self) -> None:
        assert "ORIGINS takes origins" in refused({"ORIGINS": "clinic.example"}, "origins", "ORIGINS")

    @pytest.mark.parametrize(
        "origin",
        ["clinic.example", "ftp://clinic.example", "https://", "https://clinic.example/sign", "https://a,https://b/"],
    )
    def test_an_origin_has_a_scheme_and_no_path(self, origin: str) -> None:
        assert "PUBLIC takes one origin" in refused({"PUBLIC": origin}, "origin", "PUBLIC")

    def test_an_origin_is_secure_where_it_must_be(self) -> None:
        said = refused({"PUBLIC": "http://clinic.example"}, "origin", "PUBLIC", secure=True)
        assert "PUBLIC must start with https://" in said

    def test_an_origin_is_taken_without_its_last_slash(self) -> None:
        environment = Environment({"PUBLIC": "https://clinic.example:8443/"})
        assert environment.origin("PUBLIC", secure=True) == "https://clinic.example:8443"
        assert environment.origin("OTHER") == ""
        environment.refuse_if_any()

    def test_those_that_belong_together_are_given_together(self) -> None:
        assert "CERT is not set, while KEY is; give both or neither" in refused({"KEY": "a"}, "together", "KEY", "CERT")
        for given in ({}, {"KEY": "a", "CERT": "b"}):
            environment = Environment(given)
            environment.together("KEY", "CERT")
            environment.refuse_if_any()

    def test_a_switch_is_on_or_off(self) -> None:
        assert "DEBUG must be on or off, not 'perhaps'" in refused(
            {"DEBUG": "perhaps"}, "switch", "DEBUG", default=False
        )

    @pytest.mark.parametrize(("word", "said"), [("ten", "must be a whole number"), ("0", "must be from 1 to 9")])
    def test_a_number_is_whole_and_in_bounds(self, word: str, said: str) -> None:
        assert f"PORT {said}" in refused({"PORT": word}, "whole", "PORT", default=5, least=1, most=9)

    def test_a_choice_is_one_of_a_few(self) -> None:
        assert "LEVEL must be one of low, high" in refused({"LEVEL": "mid"}, "choice", "LEVEL", "low", ("low", "high"))

    def test_all_bad_ones_are_told_at_once(self) -> None:
        environment = Environment({"DEBUG": "perhaps", "PORT": "ten"})
        environment.switch("DEBUG", default=False)
        environment.whole("PORT", default=5)
        with pytest.raises(EnvironmentRefused) as refusal:
            environment.refuse_if_any()
        assert "DEBUG" in str(refusal.value)
        assert "PORT" in str(refusal.value)
