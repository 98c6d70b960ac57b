package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// foreignMetrics are the metrics tables as SQLAlchemy makes them from the
// Python program's models. ID, TIME and FLOAT differ between databases.
const foreignMetrics = `
CREATE TABLE metrics_bugs (id ID, pattern VARCHAR(255) NOT NULL, error TEXT NOT NULL, code TEXT,
	file_path VARCHAR(500), line INTEGER, stack_trace TEXT, count INTEGER, timestamp TIME, PRIMARY KEY (id));
CREATE INDEX ix_metrics_bugs_timestamp ON metrics_bugs (timestamp);
CREATE TABLE metrics_test_failures (id ID, test_name VARCHAR(500) NOT NULL, failure_reason TEXT NOT NULL,
	pattern_violated VARCHAR(255), code_snippet TEXT, timestamp TIME, PRIMARY KEY (id));
CREATE TABLE metrics_code_reviews (id ID, issue_type VARCHAR(255) NOT NULL, pattern VARCHAR(255) NOT NULL,
	severity VARCHAR(50) NOT NULL, file_path VARCHAR(500), line INTEGER, suggestion TEXT, timestamp TIME, PRIMARY KEY (id));
CREATE TABLE metrics_performance (id ID, metric_type VARCHAR(100) NOT NULL, details JSON, timestamp TIME,
	function_name VARCHAR(255), execution_time_ms FLOAT, memory_usage_bytes INTEGER, file_size_bytes INTEGER, PRIMARY KEY (id));
CREATE TABLE metrics_deployment (id ID, issue_type VARCHAR(255) NOT NULL, pattern VARCHAR(255),
	environment VARCHAR(50) NOT NULL, root_cause TEXT, resolution_time_minutes INTEGER, timestamp TIME, PRIMARY KEY (id));
CREATE TABLE metrics_code_generation (id ID, prompt TEXT NOT NULL, patterns_applied JSON, confidence FLOAT NOT NULL,
	success BOOLEAN NOT NULL, code_length INTEGER, compilation_error TEXT, generation_metadata JSON, timestamp TIME,
	patterns_count INTEGER, PRIMARY KEY (id));
CREATE TABLE pattern_effectiveness (id ID, pattern_name VARCHAR(255) NOT NULL, application_count INTEGER,
	success_count INTEGER, failure_count INTEGER, effectiveness_score FLOAT, period_start TIME NOT NULL,
	period_end TIME NOT NULL, PRIMARY KEY (id));
CREATE TABLE metrics_summary (id ID, metric_type VARCHAR(100) NOT NULL, summary_date TIME NOT NULL, total_count INTEGER,
	high_severity_count INTEGER, medium_severity_count INTEGER, low_severity_count INTEGER, top_pattern VARCHAR(255),
	top_pattern_count INTEGER, trend_direction VARCHAR(20), week_over_week_change FLOAT, PRIMARY KEY (id));
`

// foreignAPI are the tables of its service.
const foreignAPI = `
CREATE TABLE organizations (id ID, name VARCHAR(255) NOT NULL, slug VARCHAR(100) NOT NULL UNIQUE,
	subscription_tier VARCHAR(50), settings JSON, created_at TIME, updated_at TIME, PRIMARY KEY (id));
CREATE TABLE teams (id ID, organization_id INTEGER NOT NULL REFERENCES organizations (id), name VARCHAR(255) NOT NULL,
	slug VARCHAR(100) NOT NULL, description TEXT, settings JSON, created_at TIME, updated_at TIME, PRIMARY KEY (id));
CREATE TABLE users (id ID, organization_id INTEGER NOT NULL REFERENCES organizations (id), email VARCHAR(255) NOT NULL UNIQUE,
	username VARCHAR(100) NOT NULL UNIQUE, hashed_password VARCHAR(255) NOT NULL, api_key VARCHAR(255) UNIQUE,
	full_name VARCHAR(255), avatar_url VARCHAR(500), role VARCHAR(50), is_active BOOLEAN, is_verified BOOLEAN,
	sso_provider VARCHAR(50), sso_id VARCHAR(255), last_login TIME, created_at TIME, updated_at TIME, PRIMARY KEY (id));
CREATE TABLE user_teams (user_id INTEGER NOT NULL REFERENCES users (id), team_id INTEGER NOT NULL REFERENCES teams (id),
	role VARCHAR(50), joined_at TIME, PRIMARY KEY (user_id, team_id));
CREATE TABLE patterns (id ID, organization_id INTEGER NOT NULL REFERENCES organizations (id),
	team_id INTEGER REFERENCES teams (id), author_id INTEGER NOT NULL REFERENCES users (id), name VARCHAR(255) NOT NULL,
	description TEXT NOT NULL, category VARCHAR(100), severity VARCHAR(50), pattern_data JSON NOT NULL, code_example TEXT,
	solution TEXT, frequency INTEGER, effectiveness_score FLOAT, times_applied INTEGER, version INTEGER,
	parent_id INTEGER REFERENCES patterns (id), is_active BOOLEAN, is_archived BOOLEAN, created_at TIME, updated_at TIME,
	last_applied TIME, PRIMARY KEY (id));
CREATE TABLE audit_logs (id ID, user_id INTEGER REFERENCES users (id), action VARCHAR(100) NOT NULL,
	resource_type VARCHAR(100) NOT NULL, resource_id INTEGER, old_values JSON, new_values JSON, ip_address VARCHAR(45),
	user_agent VARCHAR(500), created_at TIME, PRIMARY KEY (id));
CREATE TABLE configs (id ID, organization_id INTEGER NOT NULL REFERENCES organizations (id),
	team_id INTEGER REFERENCES teams (id), key VARCHAR(255) NOT NULL, value JSON NOT NULL, description TEXT,
	is_enforced BOOLEAN, created_at TIME, updated_at TIME, PRIMARY KEY (id));
CREATE TABLE metrics (id ID, organization_id INTEGER NOT NULL REFERENCES organizations (id),
	team_id INTEGER REFERENCES teams (id), user_id INTEGER REFERENCES users (id), metric_type VARCHAR(100) NOT NULL,
	metric_data JSON NOT NULL, time_saved_seconds INTEGER, pattern_id INTEGER REFERENCES patterns (id), created_at TIME,
	PRIMARY KEY (id));
`

// foreignEach runs f on databases in which statements were executed, as no
// migration made them: on both, or only on those that are named.
func foreignEach(t *testing.T, statements string, f func(t *testing.T, db *store.DB), only ...string) {
	t.Helper()

	only = slices.DeleteFunc(only, func(name string) bool { return name == "" })

	for name, c := range map[string]struct {
		dsn   func(testing.TB) string
		types *strings.Replacer
	}{
		"sqlite":   {storetest.SQLite, strings.NewReplacer(" ID,", " INTEGER NOT NULL,", " TIME", " DATETIME")},
		"postgres": {storetest.Postgres, strings.NewReplacer(" ID,", " SERIAL NOT NULL,", " TIME", " TIMESTAMP WITHOUT TIME ZONE", " FLOAT", " DOUBLE PRECISION")},
	} {
		if len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := store.Open(t.Context(), c.dsn(t), store.Options{})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			_, err = db.DB.DB.ExecContext(t.Context(), c.types.Replace(statements))
			require.NoError(t, err)
			f(t, db)
		})
	}
}

// adopted returns what adoption found, by table.
func adopted(t *testing.T, db *store.DB) map[string]store.Adoption {
	t.Helper()

	all, err := store.Adopted(t.Context(), db)
	require.NoError(t, err)
	tables := map[string]store.Adoption{}
	for _, a := range all {
		assert.WithinDuration(t, time.Now(), a.AdoptedAt.Time, time.Hour)
		tables[a.TableName] = a
	}
	return tables
}

// counts are kept rows, duplicates and quarantined rows.
func counts(a store.Adoption) [3]int64 { return [3]int64{a.Kept, a.Duplicates, a.Quarantined} }

func all[T any](t *testing.T, db *store.DB) []T {
	t.Helper()

	var rows []T
	require.NoError(t, db.NewSelect().Model(&rows).OrderExpr("id").Scan(t.Context()))
	return rows
}

func utc(text string) metrics.Time {
	instant, err := time.Parse("2006-01-02 15:04:05", text)
	if err != nil {
		panic(err)
	}
	return metrics.At(instant)
}

func TestAdoptionKeepsRowsAndTheirIDs(t *testing.T) {
	t.Parallel()

	foreignEach(t, foreignMetrics+`
		INSERT INTO metrics_bugs VALUES
			(3, 'guard', 'nil map', 'm[k] = v', 'src/a.go', 42, NULL, 5, '2026-01-09 12:43:10.577896'),
			(7, 'guard', 'empty', '', '', NULL, '', NULL, '2026-01-09 12:43:10');
		INSERT INTO metrics_test_failures VALUES (1, 'test_a', 'boom', NULL, NULL, '2026-01-09 12:00:00');
		INSERT INTO metrics_code_reviews VALUES (1, 'leak', 'close', ' HIGH ', NULL, 0, NULL, '2026-01-09 12:00:00');
		INSERT INTO metrics_performance VALUES
			(1, 'execution_time', '{"b": 1.50, "a": [null, "x"]}', '2026-01-09 12:00:00', 'f', 0.0, 0, 10),
			(2, 'other', 'null', '2026-01-09 12:00:00', NULL, NULL, NULL, NULL);
		INSERT INTO metrics_deployment VALUES (1, 'config', NULL, 'production', 'a setting', 12, '2026-01-09 12:00:00');
		INSERT INTO metrics_code_generation VALUES
			(1, 'Write it', '["b", "a"]', 0.92, TRUE, 150, NULL, '{}', '2026-01-09 12:00:00', 2),
			(2, 'Write it', 'null', 1, FALSE, NULL, 'SyntaxError: no', NULL, '2026-01-09 12:00:00', NULL);
		INSERT INTO pattern_effectiveness VALUES (1, 'guard', 10, 8, 2, 0.8, '2026-01-05 00:00:00', '2026-01-12 00:00:00');
		INSERT INTO metrics_summary VALUES (1, 'bugs', '2026-01-05 00:00:00', 3, 1, 1, 1, 'guard', 2, 'Stable', -0.5);
	`, func(t *testing.T, db *store.DB) {
		require.NoError(t, store.Migrate(t.Context(), db))
		require.NoError(t, store.Check(t.Context(), db))

		text, path, line, empty := "m[k] = v", "src/a.go", int64(42), ""
		want := []metrics.Bug{
			{ID: 3, Pattern: "guard", Error: "nil map", Code: &text, FilePath: &path, Line: &line, Count: 5, Timestamp: utc("2026-01-09 12:43:10.577896")},
			{ID: 7, Pattern: "guard", Error: "empty", Code: &empty, StackTrace: &empty, Count: 1, Timestamp: utc("2026-01-09 12:43:10")},
		}
		for i := range want {
			want[i].EventKey = want[i].ContentKey(0)
		}
		assert.Equal(t, want, all[metrics.Bug](t, db))

		assert.Equal(t, int64(1), all[metrics.TestFailure](t, db)[0].Count)
		review := all[metrics.CodeReview](t, db)[0]
		assert.Equal(t, metrics.SeverityHigh, review.Severity)
		assert.Equal(t, int64(0), *review.Line)

		measured := all[metrics.Performance](t, db)
		assert.JSONEq(t, `{"a":[null,"x"],"b":1.5}`, measured[0].Details.String())
		assert.Equal(t, 0.0, *measured[0].ExecutionTimeMS)
		assert.Nil(t, measured[1].Details)

		assert.Equal(t, int64(12), *all[metrics.Deployment](t, db)[0].ResolutionTimeMinutes)

		generations := all[metrics.CodeGeneration](t, db)
		assert.Equal(t, metrics.Names{"b", "a"}, generations[0].PatternsApplied)
		assert.True(t, *generations[0].Success)
		assert.Equal(t, metrics.JSON("{}"), generations[0].GenerationMetadata)
		assert.Nil(t, generations[1].PatternsApplied)
		assert.False(t, *generations[1].Success)
		assert.Equal(t, 1.0, *generations[1].Confidence)

		assert.Equal(t, 0.8, *all[metrics.Effectiveness](t, db)[0].EffectivenessScore)
		assert.Equal(t, metrics.TrendStable, *all[metrics.Summary](t, db)[0].TrendDirection)

		report := adopted(t, db)
		assert.Len(t, report, 8)
		assert.Equal(t, [3]int64{2, 0, 0}, counts(report["metrics_bugs"]))
		for table, a := range report {
			assert.Zero(t, a.Quarantined, table)
		}
	})
}

func TestAdoptionKeepsAndCountsDuplicates(t *testing.T) {
	t.Parallel()

	const row = `'guard', 'nil map', NULL, NULL, NULL, NULL, 1, '2026-01-09 12:00:00')`
	foreignEach(t, foreignMetrics+`
		INSERT INTO metrics_bugs VALUES (1, `+row+`, (2, 'guard', 'other', NULL, NULL, NULL, NULL, 1, '2026-01-09 12:00:00'), (5, `+row+`, (9, `+row+`;
		INSERT INTO pattern_effectiveness VALUES
			(1, 'guard', NULL, 8, 2, 0.8, '2026-01-05 00:00:00', '2026-01-12 00:00:00'),
			(2, 'guard', NULL, 8, 2, 0.8, '2026-01-05 00:00:00', '2026-01-12 00:00:00');
		-- Equal only once they are canonical.
		INSERT INTO metrics_performance VALUES
			(1, 't', '{"a": 1, "b": 2}', '2026-01-09 12:00:00', NULL, NULL, NULL, NULL),
			(2, 't', '{"b":2,"a":1.0}', '2026-01-09 12:00:00.000000', '', NULL, NULL, NULL);
	`, func(t *testing.T, db *store.DB) {
		require.NoError(t, store.Migrate(t.Context(), db))

		report := adopted(t, db)
		assert.Equal(t, [3]int64{4, 2, 0}, counts(report["metrics_bugs"]))
		assert.Equal(t, [3]int64{2, 1, 0}, counts(report["pattern_effectiveness"]))
		assert.Equal(t, [3]int64{2, 1, 0}, counts(report["metrics_performance"]))

		var found []int64
		require.NoError(t, db.NewRaw("SELECT b.id FROM metrics_bugs AS b JOIN fl_adoption_duplicates AS d"+
			" ON d.table_name = 'metrics_bugs' AND d.id = b.id WHERE d.first_id = 1 ORDER BY b.id").Scan(t.Context(), &found))
		assert.Equal(t, []int64{5, 9}, found)

		// What an import would make of a file with the same records.
		bug := func(ordinal int) *metrics.Bug {
			b := &metrics.Bug{Pattern: "guard", Error: "nil map", Count: 1, Timestamp: utc("2026-01-09 12:00:00")}
			b.EventKey = b.ContentKey(ordinal)
			return b
		}
		receipt, err := db.Insert(t.Context(), []metrics.Event{bug(0), bug(1), bug(2), bug(3)})
		require.NoError(t, err)
		assert.Equal(t, store.Count{Stored: 1, Duplicate: 3}, receipt.Total())
		bugs := all[metrics.Bug](t, db)
		assert.Greater(t, bugs[len(bugs)-1].ID, int64(9), "ids continue after the highest")
	})
}

func TestAdoptionQuarantinesWhatBreaksARule(t *testing.T) {
	t.Parallel()

	generation := func(columns, values string) string {
		return fmt.Sprintf("INSERT INTO metrics_code_generation (prompt, confidence, success, timestamp%s) VALUES ('p', %s)", columns, values)
	}
	for name, c := range map[string]struct {
		insert string
		only   string // the database that can hold it
		field  string
		reason string
		record string
	}{
		"confidence in percent": {
			insert: generation("", "1.7, TRUE, '2026-01-09 12:00:00'"),
			field:  "confidence", reason: "confidence 1.7: must be from 0 to 1", record: `"confidence":1.7`,
		},
		"confidence is no number": {
			insert: generation("", "'NaN', TRUE, '2026-01-09 12:00:00'"),
			field:  "confidence", reason: "confidence NaN: must be from 0 to 1", record: `"confidence":"NaN"`,
		},
		"confidence is text": {
			insert: generation("", "'high', TRUE, '2026-01-09 12:00:00'"), only: "sqlite",
			field: "confidence", reason: `confidence "high": must be a number`, record: `"confidence":"high"`,
		},
		"success is neither": {
			insert: generation("", "0.5, 7, '2026-01-09 12:00:00'"), only: "sqlite",
			field: "success", reason: "success 7: must be true or false", record: `"success":7`,
		},
		"no time": {
			insert: generation("", "0.5, TRUE, NULL"),
			field:  "timestamp", reason: "timestamp NULL: must not be NULL", record: `"timestamp":null`,
		},
		"unreadable time": {
			insert: generation("", "0.5, TRUE, 'yesterday'"), only: "sqlite",
			field: "timestamp", reason: `timestamp "yesterday": must be a time`, record: `"timestamp":"yesterday"`,
		},
		"a date without a time": {
			insert: generation("", "0.5, TRUE, '2026-01-09'"), only: "sqlite",
			field: "timestamp", reason: `timestamp "2026-01-09": must be a time`, record: `"timestamp":"2026-01-09"`,
		},
		"never": {
			insert: generation("", "0.5, TRUE, 'infinity'"), only: "postgres",
			field: "timestamp", reason: `timestamp "infinity": must be a time`, record: `"timestamp":"infinity"`,
		},
		"long ago": {
			insert: generation("", "0.5, TRUE, '1969-12-31 23:59:59'"),
			field:  "timestamp", reason: "must be in the years 1970 to 9999", record: `"timestamp":"1969-12-31 23:59:59"`,
		},
		"garbage for JSON": {
			insert: generation(", patterns_applied", "0.5, TRUE, '2026-01-09 12:00:00', '[\"a\"'"), only: "sqlite",
			field: "patterns_applied", reason: "must be a JSON array of texts", record: `"patterns_applied":"[\"a\""`,
		},
		"patterns that are no list": {
			insert: generation(", patterns_applied", `0.5, TRUE, '2026-01-09 12:00:00', '{"a": 1}'`),
			field:  "patterns_applied", reason: "must be a JSON array of texts", record: `"patterns_applied":{"a":1}`,
		},
		"a key twice": {
			insert: generation(", generation_metadata", `0.5, TRUE, '2026-01-09 12:00:00', '{"a":1,"a":2}'`),
			field:  "generation_metadata", reason: "must be JSON without", record: `"generation_metadata":{"a":1,"a":2}`,
		},
		"NUL in JSON": {
			insert: generation(", generation_metadata", `0.5, TRUE, '2026-01-09 12:00:00', '{"a":"\u0000"}'`),
			field:  "generation_metadata", reason: "must be JSON without", record: `"generation_metadata":{"a":"\u0000"}`,
		},
		"negative length": {
			insert: generation(", code_length", "0.5, TRUE, '2026-01-09 12:00:00', -1"),
			field:  "code_length", reason: "code_length -1: must not be negative", record: `"code_length":-1`,
		},
		"prompt too long": {
			insert: generation(", compilation_error", "0.5, TRUE, '2026-01-09 12:00:00', '"+strings.Repeat("x", metrics.MaxText+1)+"'"),
			field:  "compilation_error", reason: "must be at most 65536 bytes", record: strings.Repeat("x", metrics.MaxText+1),
		},
		"several at once": {
			insert: generation(", code_length", "-1, TRUE, NULL, -1"),
			field:  "timestamp", reason: "confidence -1: must be from 0 to 1; code_length -1: must not be negative", record: `"code_length":-1`,
		},
		"bytes that are no text": {
			insert: generation(", compilation_error", "0.5, TRUE, '2026-01-09 12:00:00', x'ff00'"), only: "sqlite",
			field: "compilation_error", reason: "must be text", record: `"compilation_error":"x'ff00'"`,
		},
		"text of no encoding": {
			insert: generation(", compilation_error", "0.5, TRUE, '2026-01-09 12:00:00', CAST(x'61ff' AS TEXT)"), only: "sqlite",
			field: "compilation_error", reason: "must be valid UTF-8", record: `"compilation_error":"x'61ff'"`,
		},
		"infinite duration": {
			insert: "INSERT INTO metrics_performance (metric_type, execution_time_ms, timestamp) VALUES ('t', 'Infinity', '2026-01-09 12:00:00')",
			field:  "execution_time_ms", reason: "must be finite and not negative", record: `"execution_time_ms":"Infinity"`,
		},
		"unknown severity": {
			insert: "INSERT INTO metrics_code_reviews (issue_type, pattern, severity, timestamp) VALUES ('i', 'p', 'Urgent', '2026-01-09 12:00:00')",
			field:  "severity", reason: `severity "urgent": must be low, medium, high or critical`, record: `"severity":"Urgent"`,
		},
		"a count of none": {
			insert: "INSERT INTO metrics_bugs (pattern, error, count, timestamp) VALUES ('p', 'e', 0, '2026-01-09 12:00:00')",
			field:  "count", reason: "count 0: must be at least 1", record: `"count":0`,
		},
		"no pattern": {
			insert: "INSERT INTO metrics_bugs (pattern, error, timestamp) VALUES ('', 'e', '2026-01-09 12:00:00')",
			field:  "pattern", reason: "must not be empty", record: `"pattern":""`,
		},
		"an id of none": {
			insert: "INSERT INTO metrics_bugs (id, pattern, error, timestamp) VALUES (0, 'p', 'e', '2026-01-09 12:00:00')",
			field:  "id", reason: "id 0: must be at least 1", record: `"id":0`,
		},
		"a score above one": {
			insert: "INSERT INTO pattern_effectiveness (pattern_name, effectiveness_score, period_start, period_end) VALUES ('p', 80, '2026-01-05 00:00:00', '2026-01-12 00:00:00')",
			field:  "effectiveness_score", reason: "must be from 0 to 1", record: `"effectiveness_score":80`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			foreignEach(t, foreignMetrics+c.insert, func(t *testing.T, db *store.DB) {
				require.NoError(t, store.Migrate(t.Context(), db))

				records, err := db.Quarantined(t.Context(), 0, 10)
				require.NoError(t, err)
				require.Len(t, records, 1)
				got := records[0]
				assert.Equal(t, "adopted", got.Format)
				assert.Equal(t, *got.TableName, got.File)
				assert.Equal(t, c.field, *got.Field)
				assert.Contains(t, got.Reason, c.reason)
				assert.Contains(t, got.Record, c.record)
				assert.Equal(t, [3]int64{0, 0, 1}, counts(adopted(t, db)[got.File]))
			}, c.only)
		})
	}
}

func TestAdoptionTakesManyRowsInParts(t *testing.T) {
	t.Parallel()

	const sqliteSeries = "WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 3001)"
	foreignEach(t, foreignMetrics+sqliteSeries+`
		INSERT INTO metrics_bugs (id, pattern, error, count, timestamp)
		SELECT 2 * n, 'p', 'e' || (n % 700), CASE WHEN n % 1000 = 0 THEN -1 ELSE 1 END, '2026-01-09 12:00:00' FROM s;
	`, func(t *testing.T, db *store.DB) {
		require.NoError(t, store.Migrate(t.Context(), db))
		assert.Equal(t, [3]int64{2998, 2298, 3}, counts(adopted(t, db)["metrics_bugs"]))
		for i, b := range all[metrics.Bug](t, db)[:10] {
			assert.Equal(t, int64(2*(i+1)), b.ID)
		}
	})
}

func TestAdoptionOfTheService(t *testing.T) {
	t.Parallel()

	foreignEach(t, foreignMetrics+foreignAPI+`
		INSERT INTO organizations VALUES
			(4, 'Acme', 'acme', 'ENTERPRISE', '{}', '2025-01-01 00:00:00', NULL),
			(5, 'Other', 'other', NULL, 'null', '2025-01-01 00:00:00', '2025-02-01 00:00:00'),
			(6, 'Odd', 'odd', 'platinum', NULL, '2025-01-01 00:00:00', NULL);
		INSERT INTO teams VALUES
			(1, 4, 'Core', 'core', NULL, NULL, '2025-01-01 00:00:00', NULL),
			(2, 4, 'Copy', 'core', NULL, NULL, '2025-01-01 00:00:00', NULL),
			(3, 6, 'Lost', 'lost', NULL, NULL, '2025-01-01 00:00:00', NULL);
		INSERT INTO users VALUES
			(10, 4, 'a@acme.example', 'ada', '$2b$12$secret', 'secret-key', NULL, NULL, 'ADMIN', TRUE, FALSE, NULL, NULL, '2026-01-01 08:00:00', '2025-01-01 00:00:00', NULL),
			(11, 4, 'b@acme.example', 'bob', '$2b$12$secret', 'secret-too', NULL, NULL, 'king', TRUE, NULL, NULL, NULL, NULL, '2025-01-01 00:00:00', NULL);
		INSERT INTO user_teams VALUES
			(10, 1, 'developer', '2025-01-01 00:00:00'), (10, 3, 'developer', '2025-01-01 00:00:00'), (11, 1, 'developer', '2025-01-01 00:00:00');
		INSERT INTO patterns (id, organization_id, author_id, name, description, severity, pattern_data, version, parent_id, is_active, created_at) VALUES
			(1, 4, 10, 'guard', 'd', 'High', '{"a": 1}', NULL, NULL, FALSE, '2025-01-01 00:00:00'),
			(2, 4, 10, 'guard', 'd', NULL, '{}', 2, 1, NULL, '2025-01-01 00:00:00'),
			(3, 4, 10, 'guard', 'd', NULL, '{}', 2, 1, NULL, '2025-01-01 00:00:00'),
			(4, 4, 11, 'other', 'd', NULL, '{}', 1, NULL, NULL, '2025-01-01 00:00:00');
		INSERT INTO audit_logs (id, user_id, action, resource_type, resource_id, new_values, created_at) VALUES
			(1, 10, 'create', 'pattern', 1, '{"b": 1, "a": 2}', '2025-01-01 00:00:00'),
			(2, 11, 'create', 'pattern', 4, NULL, '2025-01-01 00:00:00'),
			(3, NULL, 'rotate', 'key', NULL, NULL, '2025-01-01 00:00:00'),
			(4, 10, 'update', 'pattern', 2, 'null', '2025-01-01 00:00:00');
		INSERT INTO configs VALUES (1, 4, NULL, 'k', '[1, 2.0]', NULL, NULL, '2025-01-01 00:00:00', NULL);
		INSERT INTO metrics VALUES
			(1, 4, NULL, 10, 'time_saved', '{}', 60, 1, '2025-01-01 00:00:00'),
			(2, 4, NULL, 10, 'time_saved', '{}', 60, 1, '2025-01-01 00:00:00'),
			(3, 4, NULL, 10, 'time_saved', '{}', 60, 4, '2025-01-01 00:00:00');
	`, func(t *testing.T, db *store.DB) {
		require.NoError(t, store.Migrate(t.Context(), db))

		got := map[string][3]int64{}
		for table, a := range adopted(t, db) {
			got[table] = counts(a)
		}
		for table, want := range map[string][3]int64{
			"organizations": {2, 0, 1},
			"teams":         {1, 0, 2},
			"users":         {1, 0, 1},
			"user_teams":    {1, 0, 2},
			"patterns":      {2, 0, 2},
			"audit_logs":    {2, 0, 2},
			"configs":       {1, 0, 0},
			"metrics":       {2, 1, 1},
		} {
			assert.Equal(t, want, got[table], table)
		}

		organizations := all[api.Organization](t, db)
		assert.Equal(t, api.TierEnterprise, organizations[0].SubscriptionTier)
		assert.Equal(t, utc("2025-01-01 00:00:00"), organizations[0].UpdatedAt, "never updated")
		assert.Equal(t, api.TierFree, organizations[1].SubscriptionTier)
		user := all[api.User](t, db)[0]
		assert.Equal(t, api.RoleAdmin, user.Role)
		assert.Equal(t, "$2b$12$secret", string(user.HashedPassword))
		patterns := all[api.Pattern](t, db)
		assert.Equal(t, int64(1), patterns[0].Version)
		assert.Equal(t, metrics.SeverityHigh, *patterns[0].Severity)
		assert.False(t, patterns[0].IsActive)
		assert.True(t, patterns[1].IsActive)
		assert.Equal(t, int64(1), *patterns[1].ParentID)
		assert.Equal(t, metrics.JSON("[1,2]"), all[api.Config](t, db)[0].Value)

		chain := all[api.AuditLog](t, db)
		assert.Equal(t, []int64{1, 2}, []int64{chain[0].Sequence, chain[1].Sequence})
		assert.Equal(t, strings.Repeat("0", 64), chain[0].PreviousHash)
		assert.Equal(t, chain[0].Hash, chain[1].PreviousHash)
		assert.Equal(t, int64(4), chain[1].OrganizationID)

		records, err := db.Quarantined(t.Context(), 0, 100)
		require.NoError(t, err)
		for _, r := range records {
			assert.NotContains(t, r.Record+r.Reason, "secret")
		}
	})
}

func TestAdoptionLeavesOthersAlone(t *testing.T) {
	t.Parallel()

	foreignEach(t, foreignMetrics+`
		CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
		INSERT INTO customers VALUES (1, 'theirs');
		INSERT INTO metrics_bugs (pattern, error, timestamp) VALUES ('p', 'e', '2026-01-09 12:00:00');
	`, func(t *testing.T, db *store.DB) {
		require.NoError(t, store.Migrate(t.Context(), db))
		var name string
		require.NoError(t, db.NewRaw("SELECT name FROM customers").Scan(t.Context(), &name))
		assert.Equal(t, "theirs", name)
	})
}

func TestAdoptionRefusesWhatItWouldBreak(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		statements string
		only       string
		reason     string
	}{
		"a table of the same name": {
			statements: "CREATE TABLE users (id INTEGER PRIMARY KEY, login TEXT)",
			reason:     "the table users was made by something else: it has no column organization_id",
		},
		"a view of the same name": {
			statements: "CREATE VIEW teams AS SELECT 1 AS id",
			reason:     "teams is no plain table",
		},
		"a column of theirs": {
			statements: foreignMetrics + "ALTER TABLE metrics_bugs ADD COLUMN note TEXT",
			reason:     `the table metrics_bugs has a column "note" that is unknown here`,
		},
		"no primary key": {
			statements: "CREATE TABLE metrics_summary (id INTEGER, metric_type TEXT, summary_date TIME)",
			reason:     "the table metrics_summary has another primary key than id",
		},
		"a foreign key to a table": {
			statements: foreignAPI + "CREATE TABLE notes (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id))",
			reason:     "foreign key of notes to users",
		},
		"a trigger": {
			statements: foreignMetrics + "CREATE TRIGGER told AFTER INSERT ON metrics_bugs BEGIN SELECT 1; END",
			only:       "sqlite", reason: "trigger told on metrics_bugs",
		},
		"a view": {
			statements: foreignMetrics + "CREATE VIEW daily AS SELECT timestamp FROM metrics_bugs",
			only:       "postgres", reason: "view daily of metrics_bugs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			foreignEach(t, c.statements, func(t *testing.T, db *store.DB) {
				err := store.Migrate(t.Context(), db)
				assert.ErrorContains(t, err, "store: migrate: adopt: ")
				assert.ErrorContains(t, err, c.reason)
				assert.ErrorIs(t, store.Check(t.Context(), db), store.ErrSchemaMissing, "all is as it was")
			}, c.only)
		})
	}
}

func TestViewsOnSQLiteKeepWorking(t *testing.T) {
	t.Parallel()

	foreignEach(t, foreignMetrics+`
		CREATE VIEW daily AS SELECT date(timestamp) AS day, count(*) AS bugs FROM metrics_bugs GROUP BY 1;
		CREATE VIEW worst AS SELECT max(bugs) AS bugs FROM daily;
		CREATE VIEW broken AS SELECT * FROM nowhere;
		INSERT INTO metrics_bugs (pattern, error, timestamp) VALUES ('p', 'e', '2026-01-09 12:00:00');
	`, func(t *testing.T, db *store.DB) {
		require.NoError(t, store.Migrate(t.Context(), db))
		var bugs int
		require.NoError(t, db.NewRaw("SELECT bugs FROM worst").Scan(t.Context(), &bugs))
		assert.Equal(t, 1, bugs)
	}, "sqlite")
}

func TestRightsOnPostgresAreKept(t *testing.T) {
	t.Parallel()

	foreignEach(t, foreignMetrics+foreignAPI+`
		GRANT SELECT ON metrics_bugs, users TO PUBLIC;
		GRANT INSERT ON metrics_bugs TO pg_monitor WITH GRANT OPTION;
	`, func(t *testing.T, db *store.DB) {
		require.NoError(t, store.Migrate(t.Context(), db))
		var granted []bool
		require.NoError(t, db.NewRaw(`SELECT unnest(ARRAY[
			has_table_privilege('pg_monitor', 'public.metrics_bugs', 'INSERT WITH GRANT OPTION'),
			has_table_privilege('pg_read_all_stats', 'public.metrics_bugs', 'SELECT'),
			has_table_privilege('pg_read_all_stats', 'api.users', 'SELECT'),
			has_schema_privilege('pg_read_all_stats', 'api', 'USAGE'),
			has_table_privilege('pg_read_all_stats', 'api.teams', 'SELECT')])`).Scan(t.Context(), &granted))
		assert.Equal(t, []bool{true, true, true, true, false}, granted)
	}, "postgres")
}

func TestNothingToAdopt(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		assert.Empty(t, adopted(t, db))
	})
}

func TestAdoptionOfSomeTables(t *testing.T) {
	t.Parallel()

	foreignEach(t, `
		CREATE TABLE metrics_code_generation (id ID, prompt TEXT NOT NULL, confidence FLOAT, timestamp TIME, PRIMARY KEY (id));
		INSERT INTO metrics_code_generation (prompt, confidence, timestamp) VALUES ('p', 0.5, '2026-01-09 12:00:00');
	`, func(t *testing.T, db *store.DB) {
		require.NoError(t, store.Migrate(t.Context(), db))
		g := all[metrics.CodeGeneration](t, db)[0]
		assert.Nil(t, g.Success, "a column that was not there is unknown")
		assert.Equal(t, 0.5, *g.Confidence)
		assert.Len(t, adopted(t, db), 1)
	})
}
