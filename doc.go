// Package feedbackloop is the map of a library that stores what AI-assisted
// development produces, computes KPIs from it, and turns it into dashboards
// for Apache Superset, on SQLite and PostgreSQL alike.
//
// Start where your question is:
//
//   - [github.com/doronpers/feedback-loop-go/metrics]: the events as Bun
//     models: code generations, bugs, test failures, review findings,
//     performance, deployment issues
//   - [github.com/doronpers/feedback-loop-go/api]: who works with them:
//     organizations, teams, users, the pattern library, the audit log
//   - [github.com/doronpers/feedback-loop-go/store]: open and migrate a
//     database, insert events; the only package that links a database driver
//   - [github.com/doronpers/feedback-loop-go/store/ingest]: import files that
//     tools already write
//   - [github.com/doronpers/feedback-loop-go/store/follow]: import files again
//     and again as they appear and grow
//   - [github.com/doronpers/feedback-loop-go/store/export]: write events as
//     JSON, JSON Lines or CSV
//   - [github.com/doronpers/feedback-loop-go/store/record]: record events from
//     a running program without getting in its way
//   - [github.com/doronpers/feedback-loop-go/store/fltest]: record the tests of
//     a Go package while they run, in one line
//   - [github.com/doronpers/feedback-loop-go/store/redact]: take secrets out
//     of events before they are stored
//   - [github.com/doronpers/feedback-loop-go/store/sample]: realistic data to
//     try things with
//   - [github.com/doronpers/feedback-loop-go/store/storetest]: a fresh
//     database of each kind for your own tests
//   - [github.com/doronpers/feedback-loop-go/kpi]: the KPIs with intervals and
//     verdicts, and the statistics behind them
//   - [github.com/doronpers/feedback-loop-go/superset]: datasets, charts and
//     pages as plain structs; checks; the bundle that Superset imports
//   - [github.com/doronpers/feedback-loop-go/superset/dashboards]: our pages
//
// The programs in examples show each of them at work.
package feedbackloop
