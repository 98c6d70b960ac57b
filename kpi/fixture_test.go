package kpi_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
)

// asOf is the end of most windows in the tests: a Wednesday.
var asOf = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// ago is the time so many days before asOf.
func ago(days float64) metrics.Time {
	return metrics.At(asOf.Add(-time.Duration(days * 24 * float64(time.Hour))))
}

func ptr[T any](v T) *T { return &v }

// empty is a JSON object without keys.
var empty = metrics.JSON(`{}`)

// sampleData makes rows of every kind over half a year before asOf, with gaps,
// contradictions and some rows in the future. The same seed gives the same rows.
func sampleData(seed uint64) kpi.Data {
	const n = 400
	r := rand.New(rand.NewPCG(seed, 1))
	chance := func(p float64) bool { return r.Float64() < p }
	when := func() metrics.Time {
		return metrics.At(asOf.Add(-time.Duration(r.Int64N(int64(182 * 24 * time.Hour)))).Add(12 * time.Hour))
	}
	origin := func() metrics.Origin {
		o := metrics.Origin{RunID: ptr(fmt.Sprintf("run-%d", r.IntN(40)))}
		if chance(0.9) {
			o.OrganizationID = ptr(int64(1 + r.IntN(2)))
		}
		if chance(0.9) {
			o.Project = ptr([]string{"shop", "billing", "it's"}[r.IntN(3)])
		}
		if chance(0.8) {
			o.Source = ptr([]string{"agent", "editor", metrics.SourcePlanFile}[r.IntN(3)])
		}
		return o
	}
	names := []string{"guard-clause", "nil-check", `quote"d`, "ümläut", "retry", "bounds", "ctx", "table-test"}
	name := func() string { return names[r.IntN(len(names))] }

	var d kpi.Data
	for i := range n {
		g := metrics.CodeGeneration{Origin: origin(), Prompt: fmt.Sprintf("write %d", i), Timestamp: when()}
		if chance(0.9) {
			g.Confidence = ptr(float64(r.IntN(101)) / 100)
		}
		if chance(0.9) {
			g.Success = ptr(chance(0.8))
		}
		if chance(0.8) {
			g.PatternsApplied = metrics.Names{}
			for range r.IntN(7) {
				g.PatternsApplied = append(g.PatternsApplied, name())
			}
		}
		if chance(0.6) {
			g.PatternsCount = ptr(int64(r.IntN(8)))
		}
		if chance(0.3) {
			g.CompilationError = ptr([]string{"TypeError: no", " \t\n", "", "\u00a0\u2003", "it's broken"}[r.IntN(5)])
		}
		if chance(0.3) {
			g.GenerationMetadata = metrics.JSON([]string{
				`{"source":"plan_file"}`, `{"note":"plan_file"}`, `{"source":"agent"}`, `{"source":["plan_file"]}`,
			}[r.IntN(4)])
		}
		d.Generations = append(d.Generations, g)
		if chance(0.05) { // exported twice
			d.Generations = append(d.Generations, g)
		}
	}
	severities := []metrics.Severity{metrics.SeverityLow, metrics.SeverityMedium, metrics.SeverityHigh, metrics.SeverityCritical}
	for i := range n {
		d.Bugs = append(d.Bugs, metrics.Bug{Origin: origin(), Pattern: name(), Error: fmt.Sprint(i), Count: int64(1 + r.IntN(3)), Timestamp: when()})
		d.CodeReviews = append(d.CodeReviews, metrics.CodeReview{Origin: origin(), IssueType: fmt.Sprint(i), Pattern: name(),
			Severity: severities[r.IntN(4)], Count: 1, Timestamp: when()})
		run := metrics.Performance{Origin: origin(), MetricType: metrics.MetricTestRun, Timestamp: when(), FunctionName: ptr(fmt.Sprint(i))}
		switch r.IntN(5) {
		case 0:
			run.MetricType = metrics.MetricExecutionTime
		case 1:
			run.Details = metrics.JSON([]string{`{"failed":0,"passed":-1}`, `{"failed":0,"passed":1.5}`, `{"passed":10}`}[r.IntN(3)])
		default:
			run.Details = metrics.JSON(fmt.Sprintf(`{"failed":%d,"passed":%d,"patterns":["guard-clause","gone"],"skipped":%d}`, r.IntN(9), 100+r.IntN(200), r.IntN(5)))
		}
		d.Performance = append(d.Performance, run)
	}
	for i := range n / 4 {
		f := metrics.TestFailure{Origin: origin(), TestName: fmt.Sprint("Test", i), FailureReason: "want 1", Count: int64(1 + r.IntN(2)), Timestamp: when()}
		if chance(0.5) {
			f.PatternViolated = ptr(name())
		}
		d.TestFailures = append(d.TestFailures, f)
		d.Deployments = append(d.Deployments, metrics.Deployment{Origin: origin(), Environment: fmt.Sprint("e", i), Count: 1, Timestamp: when()})
	}
	for i := range n {
		start := when()
		e := metrics.Effectiveness{PatternName: name(), PeriodStart: start, PeriodEnd: metrics.Time{Time: start.Add(time.Duration(r.IntN(48)) * time.Hour)}}
		if chance(0.95) {
			e.ApplicationCount = ptr(int64(r.IntN(40)))
		}
		if chance(0.95) {
			e.SuccessCount, e.FailureCount = ptr(int64(r.IntN(40))), ptr(int64(r.IntN(10)))
		}
		if chance(0.95) {
			e.EffectivenessScore = ptr(float64(r.IntN(101)) / 100)
		}
		e.ID = int64(i + 1)
		d.Effectiveness = append(d.Effectiveness, e)
	}
	addLibrary(&d, r, names)
	return d
}

// addLibrary adds two organizations with patterns in several versions, their
// users, log and savings.
func addLibrary(d *kpi.Data, r *rand.Rand, names []string) {
	chance := func(p float64) bool { return r.Float64() < p }
	for i := range 30 {
		u := api.User{ID: int64(i + 1), OrganizationID: int64(1 + i%2), Email: fmt.Sprintf("u%d@example.com", i), Username: fmt.Sprint("u", i),
			HashedPassword: "x", Role: api.RoleDeveloper, IsActive: chance(0.9), CreatedAt: ago(300), UpdatedAt: ago(300)}
		if chance(0.8) {
			u.LastLogin = ptr(ago(r.Float64()*60 - 1))
		}
		if i == 7 {
			u.CreatedAt = ago(-1)
		}
		d.Users = append(d.Users, u)
	}
	id := int64(0)
	for organization := range int64(2) {
		for _, name := range names[organization:] {
			var parent *int64
			versions := 1 + r.Int64N(3)
			for v := int64(1); v <= versions; v++ {
				id++
				p := api.Pattern{ID: id, OrganizationID: organization + 1, AuthorID: organization + 1, Name: name, PatternData: empty,
					Version: v, ParentID: parent, IsActive: v == versions, IsArchived: chance(0.1),
					CreatedAt: ago(200 - float64(10*v)), UpdatedAt: ago(200 - float64(10*v) - float64(r.IntN(2)))}
				if chance(0.1) { // changed in place
					p.Version, versions = p.Version+1, versions+1
					v++
				}
				parent = ptr(id)
				d.Patterns = append(d.Patterns, p)
			}
		}
	}
	for i := range 60 {
		a := api.AuditLog{OrganizationID: int64(1 + i%2), Action: []string{"created", "Updated", "deleted", "INSERT", "viewed"}[r.IntN(5)],
			ResourceType: []string{"pattern", "Pattern", "user"}[r.IntN(3)], CreatedAt: ago(r.Float64()*100 - 5), Sequence: int64(i/2 + 1),
			PreviousHash: strings.Repeat("0", 64), Hash: strings.Repeat("0", 64)}
		if chance(0.9) {
			a.ResourceID = ptr(r.Int64N(id + 5))
		}
		d.AuditLogs = append(d.AuditLogs, a)
	}
	for i := range 200 {
		m := api.Metric{OrganizationID: int64(1 + i%2), MetricType: "time_saved", MetricData: empty, CreatedAt: ago(r.Float64()*100 - 3)}
		if chance(0.9) {
			m.PatternID = ptr(1 + r.Int64N(id))
		}
		if chance(0.9) {
			m.UserID = ptr(1 + r.Int64N(30))
		}
		if chance(0.9) {
			m.TimeSavedSeconds = ptr(r.Int64N(9000) - 500)
		}
		d.Metrics = append(d.Metrics, m)
	}
}

// insert stores the rows, in the order that they have.
func insert(t *testing.T, db *store.DB, d kpi.Data) {
	t.Helper()

	require.NoError(t, fillDatabase(t.Context(), db, d))
}

func fillDatabase(ctx context.Context, db *store.DB, d kpi.Data) error {
	err := db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		organizations := []api.Organization{}
		for i := range int64(2) {
			organizations = append(organizations, api.Organization{ID: i + 1, Name: fmt.Sprint(i), Slug: fmt.Sprint(i),
				SubscriptionTier: api.TierFree, CreatedAt: ago(400), UpdatedAt: ago(400)})
		}
		for _, rows := range []any{&organizations, &d.Users, &d.Patterns, &d.AuditLogs, &d.Metrics, &d.Effectiveness} {
			if reflect.ValueOf(rows).Elem().Len() == 0 {
				continue
			}
			if _, err := tx.NewInsert().Model(rows).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	all := events(d)
	for i, e := range all { // equal rows stay several rows
		e.Provenance().EventKey = e.ContentKey(i)
	}
	receipt, err := db.Insert(ctx, all)
	if err == nil && len(receipt.Refused) > 0 {
		err = fmt.Errorf("fixtures must be valid: %v", receipt.Refused)
	}
	return err
}

// events returns copies of the events, of all kinds.
func events(d kpi.Data) []metrics.Event {
	var all []metrics.Event
	for _, e := range d.Generations {
		all = append(all, &e)
	}
	for _, e := range d.Bugs {
		all = append(all, &e)
	}
	for _, e := range d.CodeReviews {
		all = append(all, &e)
	}
	for _, e := range d.Performance {
		all = append(all, &e)
	}
	for _, e := range d.TestFailures {
		all = append(all, &e)
	}
	for _, e := range d.Deployments {
		all = append(all, &e)
	}
	return all
}
