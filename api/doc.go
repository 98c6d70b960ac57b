// Package api holds who works with the metrics, as Bun models: organizations,
// their teams and users, their library of patterns, what they saved by it, and
// the log of what was changed.
//
// A pointer or a nil [metrics.JSON] is NULL and means "unknown" or "none".
// Validate holds the same rules as the CHECK constraints of both databases.
// [PasswordHash] and [KeyHash] never print or marshal what they hold.
package api
