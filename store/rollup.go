package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// rollupRows is how many events are rolled up in one transaction: other writers
// of SQLite wait for about half a second.
const rollupRows = 20_000

// Rollup adds the events and the entries of time saved that came since the last
// time to the sums by day that dashboards read, and brings pattern_effectiveness
// and metrics_summary up to date. It returns how many rows those were.
//
// Dashboards are never behind: they add what is not rolled up yet. Rollup makes
// them fast, so a program that stores many events calls it when it is done, and
// a service now and then. Any number of programs may do so at once. When ctx
// ends, what has been rolled up stays so.
//
// An event counts on its own day, however late it comes. What is changed or
// deleted after it was rolled up still counts as it was.
//
// Days are those of UTC. In pattern_effectiveness, Rollup keeps one row for each
// pattern and day on which a generation applied it; in metrics_summary one for
// each table and day with events. Rows that somebody else stored are left as they
// are: for a pattern and day within such a period, or a table and day with such a
// summary, there is no other. Entries read out of a plan are no generations.
func Rollup(ctx context.Context, db *DB) (rows int64, err error) {
	for _, r := range rollups {
		n, err := db.rollup(ctx, r)
		rows += n
		if err != nil {
			return rows, fmt.Errorf("store: roll up %s: %w", r.table, err)
		}
	}
	return rows, nil
}

// rollup is how the rows of a table are rolled up.
type rollup struct {
	table string
	add   func(ctx context.Context, tx bun.Tx, e engine, ids idRange) error
	sums  string // query for what is rolled up: day, pattern, severity, events, applied; empty where there are no summaries
}

// idRange is a range of ids, of which the first is excluded and the last is not.
type idRange struct{ after, last int64 }

var rollups = []rollup{
	detections("Bug", "metrics_bugs", "pattern", "", ""),
	{
		"metrics_code_generation", rollupGenerations,
		"SELECT day, pattern, '' AS severity, whole * generated AS events, (1 - whole) * generated AS applied FROM fl_generation_days WHERE facet = 'all'",
	},
	detections("Review issue", "metrics_code_reviews", "pattern", "severity", ""),
	detections("Deployment issue", "metrics_deployment", "pattern", "", ""),
	{
		"metrics_performance", rollupPerformance,
		"SELECT day, '' AS pattern, '' AS severity, measured AS events, 0 AS applied FROM fl_performance_days",
	},
	detections("Test failure", "metrics_test_failures", "pattern_violated", "", "test_name"),
	{"metrics", rollupSavings, ""},
}

// detections is how a table of detections is rolled up. Where it has no such
// column, the name of one is empty.
func detections(kind, table, pattern, severity, test string) rollup {
	return rollup{
		table, rollupDetections(kind, table, pattern, severity, test),
		"SELECT day, pattern, severity, found AS events, found AS applied FROM fl_detection_days WHERE kind = '" + kind + "'",
	}
}

// rollup rolls up the events of a table that are stored when it begins.
func (db *DB) rollup(ctx context.Context, r rollup) (events int64, err error) {
	var end int64
	err = db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		// Ids are given before they are committed: behind this lock there is
		// none below the highest that may still come.
		if db.engine.settle != "" {
			if _, err := tx.ExecContext(ctx, db.engine.settle, bun.Ident(r.table)); err != nil {
				return err
			}
		}
		return tx.NewSelect().Table(r.table).ColumnExpr("COALESCE(MAX(id), 0)").Scan(ctx, &end)
	})
	for err == nil {
		var n int64
		err = db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
			var err error
			n, err = r.next(ctx, tx, db.engine, end)
			return err
		})
		if n == 0 {
			break
		}
		if err == nil {
			events += n
		}
	}
	return events, err
}

// next rolls up the next events of a table and returns how many.
func (r rollup) next(ctx context.Context, tx bun.Tx, e engine, end int64) (n int64, err error) {
	// Changing nothing locks the row: of several programs one goes on.
	ids := idRange{}
	err = tx.NewRaw("UPDATE fl_rollups SET last_id = last_id WHERE table_name = ? RETURNING last_id", r.table).Scan(ctx, &ids.after)
	if err != nil {
		return 0, err
	}
	batch := tx.NewSelect().Table(r.table).Column("id").Where("id > ?", ids.after).Where("id <= ?", end).Order("id").Limit(rollupRows)
	err = tx.NewSelect().TableExpr("(?) AS batch", batch).ColumnExpr("COUNT(*), COALESCE(MAX(id), 0)").Scan(ctx, &n, &ids.last)
	if err != nil || n == 0 {
		return 0, err
	}
	if err := r.add(ctx, tx, e, ids); err != nil {
		return 0, err
	}
	if r.sums != "" {
		if err := r.summarize(ctx, tx, e, ids); err != nil {
			return 0, err
		}
	}
	_, err = tx.NewRaw("UPDATE fl_rollups SET last_id = ? WHERE table_name = ?", ids.last, r.table).Exec(ctx)
	return n, err
}

// among restricts a query to the ids.
func (ids idRange) among(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where("id > ?", ids.after).Where("id <= ?", ids.last)
}

// addTo adds the rows of a query to a table: what has the same key becomes one
// row with the sums of both.
func addTo(ctx context.Context, tx bun.Tx, table string, key, sums []string, rows string, args ...any) error {
	sets := make([]string, len(sums))
	for i, sum := range sums {
		sets[i] = sum + " = " + table + "." + sum + " + excluded." + sum
	}
	keys := strings.Join(key, ", ")
	_, err := tx.NewRaw("INSERT INTO "+table+" ("+keys+", "+strings.Join(sums, ", ")+") "+rows+
		" ON CONFLICT ("+keys+") DO UPDATE SET "+strings.Join(sets, ", "), args...).Exec(ctx)
	return err
}

// rollupDetections rolls up a table of detections.
func rollupDetections(kind, table, pattern, severity, test string) func(context.Context, bun.Tx, engine, idRange) error {
	key := []string{"day", "organization_id", "project", "pattern", "severity", "test_name"}
	return func(ctx context.Context, tx bun.Tx, e engine, ids idRange) error {
		rows := ids.among(tx.NewSelect().Table(table)).
			ColumnExpr(e.day+" AS day, COALESCE(organization_id, 0) AS organization_id").
			ColumnExpr("? AS found, count AS occurrences", 1)
		for i, column := range []string{"project", pattern, severity, test} {
			if column == "" {
				rows = rows.ColumnExpr("'' AS ?", bun.Ident(key[i+2]))
			} else {
				rows = rows.ColumnExpr("COALESCE(?, '') AS ?", bun.Ident(column), bun.Ident(key[i+2]))
			}
		}
		keys := strings.Join(key, ", ")
		err := addTo(ctx, tx, "fl_pattern_days", []string{"kind", "day", "pattern"}, []string{"found"},
			"SELECT ?, day, pattern, SUM(found) FROM (?) AS facts WHERE pattern <> '' GROUP BY day, pattern", kind, rows)
		if err != nil {
			return err
		}
		return addTo(ctx, tx, "fl_detection_days", append([]string{"kind"}, key...), []string{"found", "occurrences"},
			"SELECT ?, "+keys+", SUM(found), SUM(occurrences) FROM (?) AS facts WHERE 1 = 1 GROUP BY "+keys, kind, rows)
	}
}

// rollupPerformance rolls up measurements.
func rollupPerformance(ctx context.Context, tx bun.Tx, e engine, ids idRange) error {
	key := []string{"metric_type", "day", "organization_id", "project", "source", "function_name"}
	rows := ids.among(tx.NewSelect().Table("metrics_performance")).
		ColumnExpr("metric_type, " + e.day + " AS day, COALESCE(organization_id, 0) AS organization_id").
		ColumnExpr("COALESCE(project, '') AS project, COALESCE(source, '') AS source, COALESCE(function_name, '') AS function_name").
		ColumnExpr("execution_time_ms AS ms, memory_usage_bytes * 1e0 AS memory, file_size_bytes * 1e0 AS file")
	return addTo(ctx, tx, "fl_performance_days", key,
		[]string{"measured", "timed", "ms_sum", "weighed", "memory_sum", "sized", "file_sum"},
		"SELECT "+strings.Join(key, ", ")+", COUNT(*), COUNT(ms), COALESCE(SUM(ms), 0), COUNT(memory), COALESCE(SUM(memory), 0),"+
			" COUNT(file), COALESCE(SUM(file), 0) FROM (?) AS facts WHERE 1 = 1 GROUP BY "+strings.Join(key, ", "), rows)
}

// rollupSavings rolls up entries of time saved. Those that thank no pattern count
// nowhere.
func rollupSavings(ctx context.Context, tx bun.Tx, e engine, ids idRange) error {
	rows := ids.among(tx.NewSelect().Table("metrics")).Where("pattern_id IS NOT NULL").
		ColumnExpr("created_at AS timestamp, pattern_id, COALESCE(user_id, 0) AS user_id, time_saved_seconds AS seconds")
	return addTo(ctx, tx, "fl_saving_days", []string{"day", "pattern_id", "user_id"}, []string{"known", "seconds"},
		"SELECT "+e.day+" AS day, pattern_id, user_id, COUNT(seconds), COALESCE(SUM(seconds), 0) FROM (?) AS facts WHERE 1 = 1 GROUP BY 1, 2, 3", rows)
}

// generationSums are the columns of fl_generation_days that are added up.
var generationSums = []string{
	"generated", "known", "succeeded", "confidence_known", "confidence_sum", "confident", "counted", "patterns_sum", "in_range", "errors",
}

// facets are what the rows of fl_generation_days are told apart by, beside what
// all are. The columns and conditions are those of fl_generation_rows.
var facets = []struct{ name, value, where string }{
	{"all", "''", "1 = 1"},
	{"patterns", "patterns_bucket", "patterns_bucket IS NOT NULL AND outcome_known = 1"},
	{"confidence", "confidence_bin", "confidence_bin IS NOT NULL AND outcome_known = 1"},
	{"error", "error_type", "error_type IS NOT NULL"},
}

// rollupGenerations rolls up generations, once for each facet. Reading the rows
// takes longest, so it is done once, for groups that every facet adds up.
func rollupGenerations(ctx context.Context, tx bun.Tx, _ engine, ids idRange) error {
	var sums []string
	for _, sum := range generationSums {
		sums = append(sums, "SUM("+sum+") AS "+sum)
	}
	added := strings.Join(sums, ", ")
	groups := ids.among(tx.NewSelect().Table("fl_generation_rows")).
		ColumnExpr("day, COALESCE(organization_id, 0) AS organization_id, project, source, whole, COALESCE(pattern, '') AS pattern").
		ColumnExpr("patterns_bucket, CAST(confidence_bin AS TEXT) AS confidence_bin, error_type, known AS outcome_known").
		ColumnExpr(added).
		GroupExpr("day, organization_id, project, source, whole, pattern, patterns_bucket, confidence_bin, error_type, known")
	const shared = "day, organization_id, project, source, whole, pattern"
	var selects []string
	for _, f := range facets {
		selects = append(selects, "SELECT '"+f.name+"' AS facet, "+shared+", "+f.value+" AS value, "+added+
			" FROM groups WHERE "+f.where+" GROUP BY "+shared+", value")
	}
	key := append([]string{"facet"}, strings.Split(shared+", value", ", ")...)
	err := addTo(ctx, tx, "fl_generation_days", key, generationSums,
		"WITH groups AS MATERIALIZED (?) SELECT * FROM ("+strings.Join(selects, " UNION ALL ")+") AS facts WHERE 1 = 1", groups)
	if err != nil {
		return err
	}
	if err := rollupEffectiveness(ctx, tx, ids); err != nil {
		return err
	}
	return setSample(ctx, tx)
}

// rollupEffectiveness makes the rows of pattern_effectiveness anew for the days
// of the generations.
func rollupEffectiveness(ctx context.Context, tx bun.Tx, ids idRange) error {
	var days []struct{ Day metrics.Time }
	err := ids.among(tx.NewSelect().Table("fl_generation_rows")).Distinct().Column("day").Where("whole = 0").Scan(ctx, &days)
	if err != nil {
		return err
	}
	for _, d := range days {
		day, next := d.Day, metrics.At(d.Day.AddDate(0, 0, 1))
		_, err := tx.NewRaw("DELETE FROM pattern_effectiveness WHERE rolled_up AND period_start = ?", day).Exec(ctx)
		if err != nil {
			return err
		}
		_, err = tx.NewRaw(`INSERT INTO pattern_effectiveness
				(pattern_name, application_count, success_count, failure_count, effectiveness_score, period_start, period_end, rolled_up)
			SELECT pattern, SUM(generated), SUM(succeeded), SUM(known) - SUM(succeeded), SUM(succeeded) * 1e0 / NULLIF(SUM(known), 0), ?0, ?1, TRUE
			FROM fl_generation_days
			WHERE facet = 'all' AND day = ?0 AND whole = 0 AND pattern <> '' AND NOT EXISTS (
				SELECT 1 FROM pattern_effectiveness AS other
				WHERE NOT other.rolled_up AND other.pattern_name = fl_generation_days.pattern
				  AND other.period_start < ?1 AND other.period_end > ?0
			)
			GROUP BY pattern ORDER BY pattern`, day, next).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// sampleSize is how many generations the sample has at most, and half of it at
// least once there are more.
const sampleSize = 1 << 12

// setSample halves the sample as often as it takes.
func setSample(ctx context.Context, tx bun.Tx) error {
	var generations int64
	err := tx.NewSelect().Table("fl_generation_days").ColumnExpr("CAST(COALESCE(SUM(generated), 0) AS BIGINT)").
		Where("facet = 'all'").Where("whole = 1").Scan(ctx, &generations)
	if err != nil {
		return err
	}
	halvings := 0
	for ; generations > sampleSize; generations /= 2 {
		halvings++
	}
	_, err = tx.NewRaw("UPDATE fl_rollups SET sample_below = ? WHERE table_name = 'metrics_code_generation'", keysBelow(halvings)).Exec(ctx)
	return err
}

// keysBelow is a text before which sort as many of all keys as are left after so
// many halvings. Keys are hexadecimal, so all of them sort before g.
func keysBelow(halvings int) string {
	if halvings == 0 {
		return "g"
	}
	zeros, digit := (halvings-1)/4, (halvings-1)%4
	return strings.Repeat("0", zeros) + "8421"[digit:digit+1]
}
