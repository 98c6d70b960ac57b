// Package kpi computes sixteen measures of AI-assisted development, each with
// its interval, target, status and an account of the rows that did not count.
//
// [Compute] reads a database and [Evaluate] reads slices; both return the same
// [Report]. [WriteTable], [WriteMarkdown] and encoding/json render one, and
// [Report.Gate] turns it into an exit code. [Definitions] says what every KPI
// means, and [Explain] how one of a database came to its value.
//
// The statistics underneath, such as [Wilson], [Calibration] and
// [MannKendall], are plain functions.
//
// # Analyses
//
// What goes on from a KPI is asked for by itself. Of values:
//
//   - [Decompose] splits a change into mix and rate.
//   - [Synergies] compares pairs of patterns, [EarlyWarnings] finds those that
//     get worse.
//   - A [Correction] makes an overconfident source honest.
//
// Of a database, for the same [Query] as a report:
//
//   - [Calibrations] measures each pattern, model, project or source.
//   - [Patterns] is one row for each pattern: what it is, how it is used, what
//     came of it.
//   - [Effects] measures what a pattern and each of its versions changed.
//   - [Outcomes] follows generations to what came of them after 1, 7 and 30 days.
//   - [Impacts] adds up the time that patterns saved teams and people.
//   - [FlakyTests] tells tests that fail from those that cannot decide.
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
