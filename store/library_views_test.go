package store_test

import (
	"fmt"
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

func TestEachVersionIsOneRowOfThePatterns(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		acme, borealis := newTenant(t, db, "acme"), newTenant(t, db, "borealis")
		acme.pattern(t, db, "retry", 1, true, nil) // which is back
		acme.pattern(t, db, "retry", 2, false, nil)
		borealis.pattern(t, db, "retry", 1, false, nil)
		borealis.pattern(t, db, "retry", 2, false, nil)
		acme.pattern(t, db, "guard", 1, true, &wednesday)

		type row struct {
			Entry        string
			Version      int64
			Head, Active int64
			Organization string
			Author       string
		}
		var rows []row
		err := db.NewSelect().Table("v_patterns").Column("entry", "version", "head", "active", "organization", "author").
			OrderExpr("id").Scan(t.Context(), &rows)
		require.NoError(t, err)
		assert.Equal(t, []row{
			{"retry (acme)", 1, 1, 1, "acme", "acme-1"},
			{"retry (acme)", 2, 0, 0, "acme", "acme-1"},
			{"retry (borealis)", 1, 0, 0, "borealis", "borealis-1"},
			{"retry (borealis)", 2, 1, 0, "borealis", "borealis-1"},
			{"guard", 1, 1, 1, "acme", "acme-1"},
		}, rows)
	})
}

// The phases of a pattern follow one another without gap, from its first
// publication to today.
func TestPatternHistoryIsACalendar(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		acme := newTenant(t, db, "acme")
		today := time.Now().UTC().Truncate(24 * time.Hour)
		publish := func(name string, version int64, daysAgo int, withdrawn *int) {
			at := metrics.At(today.AddDate(0, 0, -daysAgo).Add(23 * time.Hour)) // days count, not hours
			p := api.Pattern{
				OrganizationID: acme.id, AuthorID: acme.users[0], Name: name, Description: "d", PatternData: metrics.JSON(`{}`),
				Version: version, IsActive: withdrawn == nil, CreatedAt: at, UpdatedAt: at,
			}
			if withdrawn != nil {
				p.IsArchived, p.UpdatedAt = true, metrics.At(today.AddDate(0, 0, -*withdrawn))
			}
			insertRow(t, db, &p)
		}
		publish("one", 1, 90, nil)
		publish("three", 1, 100, nil)
		publish("three", 2, 40, nil)
		publish("three", 3, 10, nil)
		publish("withdrawn", 1, 80, new(30))
		publish("withdrawn", 2, 50, new(20))
		for v := range int64(10) {
			publish("many", v+1, 100-10*int(v), nil)
		}

		var rows []struct {
			Entry, Phase string
			Days         int64
		}
		err := db.NewSelect().Table("v_pattern_history").Column("entry", "phase", "days").
			OrderExpr("entry, timestamp").Scan(t.Context(), &rows)
		require.NoError(t, err)
		got := map[string]string{}
		for _, r := range rows {
			got[r.Entry] += fmt.Sprintf("%s %d, ", r.Phase, r.Days)
		}
		assert.Equal(t, map[string]string{
			"one":       "v1 -90, ",
			"three":     "v1 -60, v2 -30, v3 -10, ",
			"withdrawn": "v1 -30, v2 -30, withdrawn -20, ",
			"many":      "v1 -10, v2 -10, v3 -10, v4 -10, v5 -10, v6 -10, v7 -10, v8 -10, v9+ -10, v9+ -10, ",
		}, got)
	})
}

func TestAuditNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()

	tests := map[string]struct {
		kind     string
		id       *int64
		resource string
	}{
		"a pattern":               {"pattern", new(int64(1)), "retry v3"},
		"a pattern that is gone":  {"pattern", new(int64(9)), "#9"},
		"a user":                  {"user", new(int64(2)), "acme-2"},
		"a team":                  {"team", new(int64(1)), "Core"},
		"something without names": {"config", new(int64(1)), "#1"},
		"nothing":                 {"report", nil, "(none)"},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		acme := newTenant(t, db, "acme")
		acme.pattern(t, db, "retry", 3, true, nil)
		insertRow(t, db, &api.Team{OrganizationID: acme.id, Name: "Core", Slug: "core", CreatedAt: monday, UpdatedAt: monday})
		sequence := int64(0)
		for name, test := range tests {
			sequence++
			entry := api.AuditLog{
				OrganizationID: acme.id, UserID: &acme.users[1], Action: "updated", ResourceType: test.kind, ResourceID: test.id,
				IPAddress: new("203.0.113.7"), CreatedAt: wednesday,
				Sequence: sequence, PreviousHash: strings.Repeat("0", 64), Hash: strings.Repeat("0", 64),
			}
			if test.id == nil {
				entry.UserID, entry.IPAddress = nil, nil
			}
			insertRow(t, db, &entry)

			var row struct{ Minute, WeekLabel, Username, Resource, IPAddress, Organization string }
			err := db.NewSelect().Table("v_audit").Column("minute", "week_label", "username", "resource", "ip_address", "organization").
				Where("id = ?", entry.ID).Scan(t.Context(), &row)
			require.NoError(t, err)
			assert.Equal(t, test.resource, row.Resource, name)
			assert.Equal(t, []string{"2026-03-04 12:00", "2026-03-02", "acme"}, []string{row.Minute, row.WeekLabel, row.Organization}, name)
			who := []string{"acme-2", "203.0.113.7"}
			if test.id == nil {
				who = []string{"(program)", "(none)"}
			}
			assert.Equal(t, who, []string{row.Username, row.IPAddress}, name)
		}
	})
}

func TestPeriodReachesTheIndexesOfTheTrail(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for view, index := range map[string]string{"v_audit": "audit_logs_time", "v_performance": "metrics_performance_time"} {
			plan := planOf(t, db, "SELECT week, COUNT(*) FROM "+view+
				" WHERE timestamp >= '2026-03-02 00:00:00' AND timestamp < '2026-03-30 00:00:00' GROUP BY week")
			assert.Equal(t, 1, strings.Count(plan, index), "%s\n%s", view, plan)
		}
	})
}
