package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// generationRow is a row of v_generations.
type generationRow struct {
	ID             int64
	Timestamp      metrics.Time
	Week           metrics.Time
	WeekLabel      string
	Pattern        *string
	Whole          int64
	Confidence     *float64
	ConfidenceBin  *float64
	SuccessNum     *float64
	Outcome        string
	PatternsCount  *int64
	PatternsBucket *string
	HasError       float64
	ErrorType      *string
	CodeLength     *int64
	Project        string
	Source         string
	RunID          *string
	Organization   string
}

// viewed stores a generation and returns what the view makes of it, the whole
// row first.
func viewed(t *testing.T, db *store.DB, g metrics.CodeGeneration) []generationRow {
	t.Helper()

	g.Prompt = t.Name() // so that no two generations of a test are equal
	if g.Timestamp.IsZero() {
		g.Timestamp = metrics.At(time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC))
	}
	metrics.Complete(&g)
	require.NoError(t, g.Validate())
	_, err := db.NewInsert().Model(&g).Exec(t.Context())
	require.NoError(t, err)

	var rows []generationRow
	err = db.NewSelect().Table("v_generations").ColumnExpr("*").
		Where("id = ?", g.ID).OrderExpr("whole DESC, pattern").
		Scan(t.Context(), &rows)
	require.NoError(t, err)
	return rows
}

// whole is the row of a generation without patterns.
func whole(t *testing.T, db *store.DB, g metrics.CodeGeneration) generationRow {
	t.Helper()

	rows := viewed(t, db, g)
	require.Len(t, rows, 1)
	return rows[0]
}

func TestGenerationIsSeenWholeAndByPattern(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		applied  metrics.Names
		patterns []string // of the rows beside the whole one
	}{
		"list unknown":   {nil, nil},
		"no pattern":     {metrics.Names{}, nil},
		"one pattern":    {metrics.Names{"retry"}, []string{"retry"}},
		"three patterns": {metrics.Names{"retry", "cache", "guard"}, []string{"cache", "guard", "retry"}},
		"one twice":      {metrics.Names{"retry", "cache", "retry"}, []string{"cache", "retry"}},
		"only one name, many times": {
			metrics.Names{"retry", "retry", "retry", "retry"}, []string{"retry"},
		},
		"names that differ in case and blanks": {
			metrics.Names{"retry", "Retry", "retry "}, []string{"Retry", "retry", "retry "},
		},
		"names that are other JSON": {metrics.Names{"null", "1", "[]"}, []string{"1", "[]", "null"}},
		"names with quotes and other scripts": {
			metrics.Names{`a"b`, `a\b`, "日本", "a'b"}, []string{`a"b`, "a'b", `a\b`, "日本"},
		},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				rows := viewed(t, db, metrics.CodeGeneration{
					PatternsApplied: test.applied,
					Confidence:      new(0.5), Success: new(true), CompilationError: new("TypeError: x"),
				})
				require.NotEmpty(t, rows)
				assert.Nil(t, rows[0].Pattern, "the whole row has no pattern")
				assert.EqualValues(t, 1, rows[0].Whole)

				var patterns []string
				for _, row := range rows[1:] {
					patterns = append(patterns, *row.Pattern)
					row.Pattern, row.Whole = nil, 1
					assert.Equal(t, rows[0], row, "a row of a pattern says the same of the generation")
				}
				assert.ElementsMatch(t, test.patterns, patterns)
			})
		}
	})
}

func TestGenerationCountsItsPatterns(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		count   *int64
		applied metrics.Names
		want    *int64
		bucket  *string
	}{
		"nothing known":              {nil, nil, nil, nil},
		"list only":                  {nil, metrics.Names{"a", "b"}, new(int64(2)), new("2")},
		"empty list":                 {nil, metrics.Names{}, new(int64(0)), new("0")},
		"list with a name twice":     {nil, metrics.Names{"a", "a", "b"}, new(int64(3)), new("3")},
		"count only":                 {new(int64(4)), nil, new(int64(4)), new("4")},
		"count goes before the list": {new(int64(5)), metrics.Names{"a"}, new(int64(5)), new("5")},
		"zero is a count":            {new(int64(0)), metrics.Names{"a"}, new(int64(0)), new("0")},
		"six":                        {new(int64(6)), nil, new(int64(6)), new("6")},
		"seven":                      {new(int64(7)), nil, new(int64(7)), new("7+")},
		"very many":                  {new(int64(1) << 40), nil, new(int64(1) << 40), new("7+")},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				row := viewed(t, db, metrics.CodeGeneration{PatternsCount: test.count, PatternsApplied: test.applied})[0]
				assert.Equal(t, test.want, row.PatternsCount)
				assert.Equal(t, test.bucket, row.PatternsBucket)
			})
		}
	})
}

func TestGenerationFallsIntoAWeek(t *testing.T) {
	t.Parallel()

	tests := map[string]struct{ at, week string }{
		"a Wednesday":                     {"2026-03-04T15:04:05.678901Z", "2026-03-02"},
		"Monday, first instant":           {"2026-03-02T00:00:00Z", "2026-03-02"},
		"Sunday, last instant":            {"2026-03-08T23:59:59.999999Z", "2026-03-02"},
		"next Monday":                     {"2026-03-09T00:00:00Z", "2026-03-09"},
		"Sunday elsewhere, Monday in UTC": {"2026-03-08T20:00:00-05:00", "2026-03-09"},
		"Monday elsewhere, Sunday in UTC": {"2026-03-09T01:00:00+02:00", "2026-03-02"},
		"week across New Year":            {"2027-01-01T12:00:00Z", "2026-12-28"},
		"week across a leap day":          {"2028-03-01T00:00:00Z", "2028-02-28"},
		"first day there is":              {"1970-01-01T00:00:00Z", "1969-12-29"},
		"last day there is":               {"9999-12-31T23:59:59.999999Z", "9999-12-27"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				at, err := time.Parse(time.RFC3339, test.at)
				require.NoError(t, err)
				row := whole(t, db, metrics.CodeGeneration{Timestamp: metrics.At(at)})
				assert.Equal(t, metrics.At(at), row.Timestamp)
				assert.Equal(t, test.week, row.Week.Format(time.DateOnly))
				assert.Equal(t, test.week, row.WeekLabel)
				assert.Zero(t, row.Week.Sub(row.Week.Truncate(24*time.Hour)), "the week begins at midnight UTC")
			})
		}
	})
}

func TestGenerationFallsIntoATenthOfConfidence(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, test := range []struct {
			confidence *float64
			bin        *float64
		}{
			{nil, nil},
			{new(0.0), new(0.0)},
			{new(0.0999999999), new(0.0)},
			{new(0.1), new(0.1)},
			{new(0.29), new(0.2)}, // times ten it is below 2.9
			{new(0.3), new(0.3)},  // times ten and cut off it may be 2
			{new(0.57), new(0.5)},
			{new(0.6), new(0.6)},
			{new(0.7), new(0.7)},
			{new(0.8999999999999999), new(0.8)},
			{new(0.9), new(0.9)},
			{new(0.95), new(0.9)},
			{new(1.0), new(0.9)},
		} {
			name := "unknown"
			if test.confidence != nil {
				name = fmt.Sprint(*test.confidence)
			}
			t.Run(name, func(t *testing.T) {
				row := whole(t, db, metrics.CodeGeneration{Confidence: test.confidence})
				assert.Equal(t, test.confidence, row.Confidence)
				assert.Equal(t, test.bin, row.ConfidenceBin)
			})
		}
	})
}

func TestGenerationHasAnOutcome(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		success *bool
		num     *float64
		outcome string
	}{
		"unknown": {nil, nil, "Unknown"},
		"success": {new(true), new(1.0), "Success"},
		"failure": {new(false), new(0.0), "Failure"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				row := whole(t, db, metrics.CodeGeneration{Success: test.success, CodeLength: new(int64(7)), Origin: metrics.Origin{RunID: new("r1")}})
				assert.Equal(t, test.num, row.SuccessNum)
				assert.Equal(t, test.outcome, row.Outcome)
				assert.Equal(t, new(int64(7)), row.CodeLength)
				assert.Equal(t, new("r1"), row.RunID)
			})
		}
	})
}

func TestGenerationHasAnErrorType(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		text *string
		want *string // nil without error
	}{
		"none":                           {nil, nil},
		"empty":                          {new(""), nil},
		"blanks":                         {new("   "), nil},
		"tabs and line ends":             {new("\t\r\n\v\f "), nil},
		"white space of other scripts":   {new("\u00a0\u2003\u3000\u0085"), nil},
		"class and message":              {new("SyntaxError: invalid syntax"), new("SyntaxError")},
		"class in a module":              {new("json.decoder.JSONDecodeError: x"), new("json.decoder.JSONDecodeError")},
		"exception":                      {new("java.lang.NullPointerException: x"), new("java.lang.NullPointerException")},
		"class alone":                    {new("MemoryError"), new("MemoryError")},
		"class with digits":              {new("HTTP_2Error: x"), new("HTTP_2Error")},
		"blanks around":                  {new(" \n\tTypeError: x \n"), new("TypeError")},
		"no blank behind the colon":      {new("TypeError:x"), new("TypeError")},
		"several colons":                 {new("ImportError: cannot import: x: y"), new("ImportError")},
		"message over several lines":     {new("NameError: a\nTypeError: b"), new("NameError")},
		"a letter v":                     {new("v"), new("Other")},
		"begins with v":                  {new("vError: x"), new("vError")},
		"message only":                   {new("undefined: cfg"), new("Other")},
		"place before the class":         {new("main.py:3: SyntaxError: x"), new("Other")},
		"words before the colon":         {new("Traceback Error: x"), new("Other")},
		"tab before the colon":           {new("Traceback\tTypeError: x"), new("Other")},
		"line end before the colon":      {new("warning\nTypeError: x"), new("Other")},
		"class and message, no colon":    {new("SyntaxError at line 3"), new("Other")},
		"a word that goes on":            {new("Errors: 3"), new("Other")},
		"a word in other case":           {new("syntaxerror: x"), new("Other")},
		"a letter of another script":     {new("FeilÅError: x"), new("Other")},
		"nothing before the colon":       {new(": x"), new("Other")},
		"characters special to patterns": {new("[*]%_Error: x"), new("Other")},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				row := whole(t, db, metrics.CodeGeneration{CompilationError: test.text})
				assert.Equal(t, test.want, row.ErrorType)
				if test.want == nil {
					assert.Zero(t, row.HasError)
				} else {
					assert.InDelta(t, 1, row.HasError, 0)
				}
			})
		}
	})
}

func TestPlansAreNoGenerations(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		source   *string
		metadata string
		left     bool // out of the view
	}{
		"neither says anything":              {nil, ``, false},
		"column":                             {new("plan_file"), ``, true},
		"metadata":                           {nil, `{"source":"plan_file"}`, true},
		"both":                               {new("plan_file"), `{"source":"plan_file"}`, true},
		"column another, metadata plan":      {new("ci"), `{"source":"plan_file"}`, true},
		"column plan, metadata another":      {new("plan_file"), `{"source":"code_generator"}`, true},
		"another source":                     {new("code_generator"), `{"source":"code_generator"}`, false},
		"another spelling":                   {new("Plan_File"), `{"source":"plan_files"}`, false},
		"metadata without source":            {nil, `{"model":"m"}`, false},
		"source null":                        {nil, `{"source":null}`, false},
		"source deeper down":                 {nil, `{"a":{"source":"plan_file"}}`, false},
		"source is a list":                   {nil, `{"source":["plan_file"]}`, false},
		"a key that a path would read apart": {nil, `{"$.source":"plan_file"}`, false},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				g := metrics.CodeGeneration{PatternsApplied: metrics.Names{"a"}, Origin: metrics.Origin{Source: test.source}}
				if test.metadata != "" {
					g.GenerationMetadata = metrics.JSON(test.metadata)
				}
				if rows := viewed(t, db, g); test.left {
					assert.Empty(t, rows)
				} else {
					assert.Len(t, rows, 2)
				}
			})
		}
	})
}

func TestGenerationNamesItsOrigin(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		// Two tenants may have the same name, but never the same slug.
		for i, name := range []string{"Acme", "Acme", "Ünïted \"Ro\" 'bots'"} {
			o := api.Organization{Name: name, Slug: fmt.Sprintf("org-%d", i), SubscriptionTier: api.TierFree}
			o.CreatedAt = metrics.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
			o.UpdatedAt = o.CreatedAt
			_, err := db.NewInsert().Model(&o).Exec(t.Context())
			require.NoError(t, err)

			t.Run(o.Slug, func(t *testing.T) {
				rows := viewed(t, db, metrics.CodeGeneration{
					PatternsApplied: metrics.Names{"a", "b"},
					Origin:          metrics.Origin{OrganizationID: &o.ID, Project: new("p"), Source: new("s")},
				})
				require.Len(t, rows, 3)
				for _, row := range rows {
					assert.Equal(t, name, row.Organization)
					assert.Equal(t, "p", row.Project)
					assert.Equal(t, "s", row.Source)
				}
			})
		}
		t.Run("unknown", func(t *testing.T) {
			row := whole(t, db, metrics.CodeGeneration{})
			assert.Equal(t, []string{"(none)", "(none)", "(none)"}, []string{row.Organization, row.Project, row.Source})
		})
	})
}

// A page reads a few weeks of years: the period has to reach the index on both
// sides of the union.
func TestPeriodReachesTheIndexOfGenerations(t *testing.T) {
	t.Parallel()

	const query = "SELECT week, SUM(whole) FROM v_generations" +
		" WHERE timestamp >= '2026-03-02 00:00:00' AND timestamp < '2026-03-30 00:00:00' GROUP BY week"

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		explain := "EXPLAIN QUERY PLAN "
		tx, err := db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		t.Cleanup(func() { _ = tx.Rollback() })
		if db.Dialect().Name() == dialect.PG {
			explain = "EXPLAIN "
			// An empty table is read as a whole, whatever its indexes.
			_, err = tx.ExecContext(t.Context(), "SET LOCAL enable_seqscan = off")
			require.NoError(t, err)
		}
		assertIndexed(t, tx, explain+query)
	})
}

// assertIndexed looks for the index in a plan, once for each side of the union.
func assertIndexed(t *testing.T, db bun.IDB, explain string) {
	t.Helper()

	rows, err := db.QueryContext(t.Context(), explain)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)

	var plan strings.Builder
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		require.NoError(t, rows.Scan(cells...))
		fmt.Fprintln(&plan, *cells[len(cells)-1].(*any)) // the last column is the text
	}
	require.NoError(t, rows.Err())
	assert.Equal(t, 2, strings.Count(plan.String(), "metrics_code_generation_time"), "%s", plan.String())
	assert.NotContains(t, plan.String(), "SCAN g", "%s", plan.String())
}
