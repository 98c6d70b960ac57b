package store_test

import (
	"context"
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

// detectionRow is a row of v_detections.
type detectionRow struct {
	Kind         string
	ID           int64
	Timestamp    metrics.Time
	Week         metrics.Time
	WeekLabel    string
	Pattern      string
	Category     string
	Severity     string
	IssueType    *string
	TestName     *string
	Environment  *string
	Occurrences  int64
	Project      string
	Source       string
	RunID        *string
	Organization string
}

var (
	wednesday = metrics.At(time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC))
	monday    = metrics.At(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
)

type detectionTest struct {
	event metrics.Event
	want  detectionRow
}

// detectionTests makes its events anew: a database that stores one changes it.
func detectionTests() map[string]detectionTest {
	unknown := detectionRow{
		Timestamp: wednesday, Week: monday, WeekLabel: "2026-03-02", Occurrences: 1,
		Pattern: "(none)", Category: "(none)", Severity: "(none)", Project: "(none)", Source: "(none)", Organization: "(none)",
	}
	known := func(change func(*detectionRow)) detectionRow {
		row := unknown
		change(&row)
		return row
	}
	origin := metrics.Origin{Project: new("checkout"), Source: new("ci"), RunID: new("run-1")}
	return map[string]detectionTest{
		"bug": {
			&metrics.Bug{Pattern: "retry", Error: "e", Timestamp: wednesday},
			known(func(r *detectionRow) { r.Kind, r.Pattern = "Bug", "retry" }),
		},
		"bug that occurred often": {
			&metrics.Bug{Pattern: "retry", Error: "e", Count: 7, Timestamp: wednesday},
			known(func(r *detectionRow) { r.Kind, r.Pattern, r.Occurrences = "Bug", "retry", 7 }),
		},
		"test failure of no pattern": {
			&metrics.TestFailure{TestName: "test_a", FailureReason: "f", Timestamp: wednesday},
			known(func(r *detectionRow) { r.Kind, r.TestName = "Test failure", new("test_a") }),
		},
		"test failure of a pattern": {
			&metrics.TestFailure{TestName: "test_a", FailureReason: "f", PatternViolated: new("retry"), Timestamp: wednesday},
			known(func(r *detectionRow) { r.Kind, r.TestName, r.Pattern = "Test failure", new("test_a"), "retry" }),
		},
		"review issue": {
			&metrics.CodeReview{IssueType: "style", Pattern: "retry", Severity: metrics.SeverityHigh, Timestamp: wednesday},
			known(func(r *detectionRow) {
				r.Kind, r.IssueType, r.Pattern, r.Severity = "Review issue", new("style"), "retry", "high"
			}),
		},
		"deployment issue": {
			&metrics.Deployment{Environment: "production", Timestamp: wednesday},
			known(func(r *detectionRow) { r.Kind, r.Environment = "Deployment issue", new("production") }),
		},
		"deployment issue of which all is known": {
			&metrics.Deployment{
				Origin: origin, Environment: "staging", IssueType: new("timeout"), Pattern: new("retry"), Timestamp: wednesday,
			},
			known(func(r *detectionRow) {
				r.Kind, r.Environment, r.IssueType, r.Pattern = "Deployment issue", new("staging"), new("timeout"), "retry"
				r.Project, r.Source, r.RunID = "checkout", "ci", new("run-1")
			}),
		},
	}
}

func TestEachDetectionIsOneRow(t *testing.T) {
	t.Parallel()

	for name := range detectionTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				test := detectionTests()[name]
				rows := detected(t, db, test.event)
				require.Len(t, rows, 1)
				test.want.ID = rows[0].ID
				assert.Equal(t, test.want, rows[0])
			})
		})
	}
}

// detected stores the event and returns all that the view has.
func detected(t *testing.T, db *store.DB, event metrics.Event) []detectionRow {
	t.Helper()

	_, err := db.Insert(t.Context(), []metrics.Event{event})
	require.NoError(t, err)
	var rows []detectionRow
	require.NoError(t, db.NewSelect().Table("v_detections").ColumnExpr("*").OrderExpr("kind, id").Scan(t.Context(), &rows))
	return rows
}

// A pattern has many versions, and several organizations may have the name: a
// bug stays one row, with what its own organization says of the pattern.
func TestDetectionTakesTheHeadOfItsPattern(t *testing.T) {
	t.Parallel()

	versions := []struct {
		organization int // from 0
		version      int64
		active       bool
		category     *string
		severity     metrics.Severity
	}{
		{0, 1, false, new("first"), metrics.SeverityLow},
		{0, 2, true, new("second"), metrics.SeverityMedium},
		{0, 3, false, new("draft"), metrics.SeverityHigh},
		{1, 1, false, new("old"), metrics.SeverityLow},
		{1, 2, false, new("newest of none active"), metrics.SeverityHigh},
		{2, 9, true, nil, ""},
	}
	tests := map[string]struct {
		organization       *int
		category, severity string
	}{
		"the active version, although not the newest":        {new(0), "second", "medium"},
		"the newest, where none is active":                   {new(1), "newest of none active", "high"},
		"a head that says nothing":                           {new(2), "(none)", "(none)"},
		"an organization without the pattern":                {new(3), "(none)", "(none)"},
		"no organization: the newest active one of them all": {nil, "(none)", "(none)"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var organizations []int64
		for i := range 4 {
			o := api.Organization{Name: fmt.Sprint("org ", i), Slug: fmt.Sprint("org-", i), SubscriptionTier: api.TierFree, CreatedAt: monday, UpdatedAt: monday}
			insertRow(t, db, &o)
			organizations = append(organizations, o.ID)
			insertRow(t, db, &api.User{
				OrganizationID: o.ID, Email: o.Slug, Username: o.Slug, HashedPassword: "!", Role: api.RoleAdmin, CreatedAt: monday, UpdatedAt: monday,
			})
		}
		for _, v := range versions {
			p := api.Pattern{
				OrganizationID: organizations[v.organization], AuthorID: 1, Name: "retry", Description: "d", PatternData: metrics.JSON(`{}`),
				Category: v.category, Version: v.version, IsActive: v.active, CreatedAt: monday, UpdatedAt: monday,
			}
			if v.severity != "" {
				p.Severity = &v.severity
			}
			insertRow(t, db, &p)
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				bug := metrics.Bug{Pattern: "retry", Error: name, Timestamp: wednesday}
				if test.organization != nil {
					bug.OrganizationID = &organizations[*test.organization]
				}
				metrics.Complete(&bug)
				insertRow(t, db, &bug)

				var rows []detectionRow
				err := db.NewSelect().Table("v_detections").ColumnExpr("*").Where("id = ?", bug.ID).Scan(t.Context(), &rows)
				require.NoError(t, err)
				require.Len(t, rows, 1)
				assert.Equal(t, test.category, rows[0].Category)
				assert.Equal(t, test.severity, rows[0].Severity)
				assert.Equal(t, "retry", rows[0].Pattern)
			})
		}
	})
}

func insertRow(t *testing.T, db *store.DB, model any) {
	t.Helper()

	_, err := db.NewInsert().Model(model).Exec(t.Context())
	require.NoError(t, err)
}

func TestPeriodReachesTheIndexesOfDetections(t *testing.T) {
	t.Parallel()

	const query = "SELECT week, COUNT(CASE WHEN kind = 'Bug' THEN 1 END) FROM v_detections" +
		" WHERE timestamp >= '2026-03-02 00:00:00' AND timestamp < '2026-03-30 00:00:00' GROUP BY week"
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		plan := planOf(t, db, query)
		for _, table := range []string{"bugs", "test_failures", "code_reviews", "deployment"} {
			assert.Equal(t, 1, strings.Count(plan, "metrics_"+table+"_time"), "%s", plan)
		}
	})
}

// planOf explains a query over tables that are too small for their indexes.
func planOf(t *testing.T, db *store.DB, query string) string {
	t.Helper()

	var plan []string
	err := db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		explain := "EXPLAIN QUERY PLAN "
		if db.Dialect().Name() == dialect.PG {
			explain = "EXPLAIN "
			if _, err := tx.ExecContext(ctx, "SET LOCAL enable_seqscan = off"); err != nil {
				return err
			}
		}
		rows, err := tx.QueryContext(ctx, explain+query)
		if err != nil {
			return err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			cells := make([]any, len(columns))
			for i := range cells {
				cells[i] = new(any)
			}
			if err := rows.Scan(cells...); err != nil {
				return err
			}
			plan = append(plan, fmt.Sprint(*cells[len(cells)-1].(*any))) // the last column is the text
		}
		return rows.Err()
	})
	require.NoError(t, err)
	return strings.Join(plan, "\n")
}
