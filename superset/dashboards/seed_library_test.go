package dashboards_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
)

// library is what two organizations have in the tables of their people and
// patterns.
type library struct {
	organizations []api.Organization
	users         []api.User
	patterns      []api.Pattern
}

// seedLibrary stores the organizations, four people of each and their patterns:
// some in several versions, one whose newest version is not the active one, one
// with no active version, one without category and severity, and names that
// both organizations have, under other categories.
func seedLibrary(t *testing.T, db *store.DB) *library {
	t.Helper()

	l := &library{}
	founded := metrics.At(now.AddDate(0, 0, -150))
	for _, name := range []string{"Acme", "Borealis"} {
		l.organizations = append(l.organizations, api.Organization{
			Name: name, Slug: strings.ToLower(name), SubscriptionTier: api.TierTeam, CreatedAt: founded, UpdatedAt: founded,
		})
	}
	insertAll(t, db, l.organizations)
	for _, o := range l.organizations {
		for i := range 4 {
			name := fmt.Sprintf("%s-%d", o.Slug, i+1)
			l.users = append(l.users, api.User{
				OrganizationID: o.ID, Email: name + "@example.test", Username: name, HashedPassword: "!",
				Role: api.RoleDeveloper, IsActive: true, CreatedAt: founded, UpdatedAt: founded,
			})
		}
	}
	insertAll(t, db, l.users)

	categories := []string{"reliability", "security", "testing"}
	severities := []metrics.Severity{metrics.SeverityLow, metrics.SeverityMedium, metrics.SeverityHigh, metrics.SeverityCritical}
	for i, o := range l.organizations {
		for j, name := range patterns[3*i : 3*i+7] {
			versions := 1 + j%3
			for v := range versions {
				p := api.Pattern{
					OrganizationID: o.ID, AuthorID: l.users[4*i+j%4].ID, Name: name, Description: "about " + name,
					Category: new(categories[(i+j+v)%3]), Severity: new(severities[(j+v)%4]), PatternData: metrics.JSON(`{}`),
					Version: int64(v + 1), IsActive: v == versions-1,
					CreatedAt: metrics.At(founded.AddDate(0, 0, 5*j+20*v)), TimesApplied: new(int64(10 * j)),
				}
				p.UpdatedAt = p.CreatedAt
				switch {
				case j == 1: // the first of two versions is back
					p.IsActive = v == 0
				case j == 2: // retired
					p.IsActive, p.IsArchived = false, true
				case j == 3:
					p.Category, p.Severity = nil, nil
				case j > 3:
					p.LastApplied = new(metrics.At(now.AddDate(0, 0, -10*(j-3))))
				}
				l.patterns = append(l.patterns, p)
			}
		}
	}
	insertAll(t, db, l.patterns)
	return l
}

// head is the version of a pattern that counts: of the organization's, the
// active one, else the newest. Without organization those of all compete.
func (l *library) head(organization *int64, name string) *api.Pattern {
	var best *api.Pattern
	for i := range l.patterns {
		p := &l.patterns[i]
		if p.Name != name || organization != nil && *organization != p.OrganizationID {
			continue
		}
		if best == nil || p.IsActive && !best.IsActive ||
			p.IsActive == best.IsActive && (p.Version > best.Version || p.Version == best.Version && p.ID > best.ID) {
			best = p
		}
	}
	return best
}

// name of the organization with the id.
func (l *library) name(organization *int64) string {
	for _, o := range l.organizations {
		if organization != nil && o.ID == *organization {
			return o.Name
		}
	}
	return none
}

// none is how views name what nobody said.
const none = "(none)"

func insertAll[T any](t *testing.T, db *store.DB, rows []T) {
	t.Helper()

	for i := range rows { // one by one, so that each gets its id
		_, err := db.NewInsert().Model(&rows[i]).Exec(t.Context())
		require.NoError(t, err)
	}
}

func textOf(s *string) string {
	if s == nil {
		return none
	}
	return *s
}

func weekOf(at time.Time) time.Time {
	at = at.UTC().Truncate(24 * time.Hour)
	return at.AddDate(0, 0, -(int(at.Weekday())+6)%7)
}

// tally makes a row of text for each key, whose parts stand between bars, with
// the key and what the functions make of the rows that have it.
func tally[T any](rows []T, key func(T) string, values ...func([]T) string) [][]string {
	groups := map[string][]T{}
	for _, row := range rows {
		groups[key(row)] = append(groups[key(row)], row)
	}
	var out [][]string
	for k, members := range groups {
		var line []string
		if k != "" {
			line = strings.Split(k, "|")
		}
		for _, value := range values {
			line = append(line, value(members))
		}
		out = append(out, line)
	}
	return out
}

// counting counts the rows for which the condition holds.
func counting[T any](condition func(T) bool) func([]T) string {
	return func(rows []T) string {
		n := 0
		for _, row := range rows {
			if condition(row) {
				n++
			}
		}
		return number(float64(n))
	}
}

// populated stores whatever any page reads.
func populated(t *testing.T, db *store.DB) {
	t.Helper()

	seeded(t, db)
	l := seedLibrary(t, db)
	theirs := seed(20, 100, now.AddDate(0, 0, -1))
	for i := range theirs {
		theirs[i].OrganizationID = &l.organizations[0].ID
	}
	insertAll(t, db, theirs)
	seedFacts(t, db, l, seedDetections(t, db, l, 300), 16)
	seedAudit(t, db, l, 200, 120)
	seedPerformance(t, db, 200, 120)
	seedSnapshots(t, db, l, 16)
}
