// Package e2e imports the dashboards of package superset/dashboards into a real
// Apache Superset and opens them in a real browser, over SQLite and PostgreSQL.
//
// It is a module of its own, so that a browser driver never shows up in the
// go.mod of those who use the library, and it holds tests only. They need three
// things, and say which one is missing:
//
//	FEEDBACK_LOOP_SUPERSET  a folder that .ci/superset made (it prints its path)
//	METRICS_TEST_POSTGRES   a PostgreSQL server, as the URL of a superuser
//	chromium                or another Chrome in the PATH
//
// The bundle is one for all versions, or for that of
// $FEEDBACK_LOOP_SUPERSET_VERSION.
//
// With ARTIFACTS set, screenshots of every page and the logs of the servers are
// kept in that folder.
package e2e
