// Package store keeps the models of packages metrics and api in a database,
// SQLite or PostgreSQL, and is the only package that links a driver.
//
// [Open] takes the address of a database, [Migrate] brings its schema to the
// one this release knows, and [Check] tells a service without rights to change
// the schema whether it fits. Queries of other packages take a bun.IDB, so they
// run on a [DB] or inside somebody's transaction; everything that writes goes
// through [DB.Write], which lets writers of SQLite take turns and repeats what
// failed for a passing reason. [Rollup] adds events up by day, which makes pages
// over many of them fast; they are right without it. [Classify] sorts the errors
// of both drivers into the same few classes.
package store
