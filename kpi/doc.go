// Package kpi computes sixteen measures of AI-assisted development, each with
// its interval, target, status and an account of the rows that did not count.
//
// [Compute] reads a database and [Evaluate] reads slices; both return the same
// [Report]. [WriteTable], [WriteMarkdown] and encoding/json render one, and
// [Report.Gate] turns it into an exit code. [Definitions] says what every KPI
// means.
//
// The statistics underneath, such as [Wilson], [Calibration] and
// [MannKendall], are plain functions. So are the analyses that go on from a
// KPI: [Decompose] splits a change into mix and rate, [Synergies] compares
// pairs of patterns, [EarlyWarnings] finds those that get worse, a
// [Correction] makes an overconfident source honest, and [Outcomes] follows
// generations to what came of them.
//
// # What the numbers keep to
//
// SQL selects values and counts, all mathematics happens here. So a KPI has
// the same bits from SQLite, from PostgreSQL and from slices, in whatever
// order the rows come. Time ranges are half-open, [start, end), and the clock
// is an argument. Undefined is absent with a reason, never 0. Bad values are
// counted in [Quality], never clamped.
//
// The package only reads, and never asks which database it reads.
package kpi
