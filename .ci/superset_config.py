"""Configuration of the Superset that the tests start.

It listens on the loopback interface, holds generated data only and is thrown
away after the run, so its key and its password are no secrets.
"""

import os

SECRET_KEY = "tests-only-tests-only-tests-only"
GUEST_TOKEN_JWT_SECRET = "tests-only-tests-only-tests-only"
SQLALCHEMY_DATABASE_URI = (
    f"sqlite:///{os.environ['SUPERSET_HOME']}/superset.db?check_same_thread=false"
)

# A data source may be an SQLite file.
PREVENT_UNSAFE_DB_CONNECTIONS = False

# Both are the default from 6.0 on; the filter bar stands on top on older versions too.
FAB_ADD_SECURITY_API = True
FEATURE_FLAGS = {"HORIZONTAL_FILTER_BAR": True}

RATELIMIT_ENABLED = False
AUTH_RATE_LIMITED = False
