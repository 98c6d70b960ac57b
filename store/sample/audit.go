package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// auditLog returns what the people of an organization did, as a chain in the
// order of time. The ids of all rows must be known.
func (s *story) auditLog(r *rand.Rand, org *organization) []api.AuditLog {
	l := &log{org: org}
	admin := org.people[0]
	l.add(admin, s.founded(), "created", "organization", org.id, nil, map[string]any{"name": org.name})
	for _, t := range org.teams {
		l.add(admin, s.founded().Add(5*time.Minute), "created", "team", t.id, nil, map[string]any{"name": t.name})
	}
	for _, p := range org.people {
		l.add(admin, p.joined, "created", "user", p.id, nil, map[string]any{"username": p.username, "role": string(p.role)})
		s.visits(r, l, p)
		if !p.active {
			l.add(admin, p.lastLogin.AddDate(0, 0, 1), "updated", "user", p.id,
				map[string]any{"is_active": true}, map[string]any{"is_active": false})
		}
	}
	for i, e := range org.library {
		author := org.author(i)
		for _, v := range e.versions {
			if v.number == 1 {
				l.add(author, v.published, "created", "pattern", v.id, nil, map[string]any{"name": e.name, "version": 1})
				continue
			}
			l.add(author, v.published, "updated", "pattern", v.id,
				map[string]any{"version": v.number - 1}, map[string]any{"version": v.number})
		}
		if e.archived {
			l.add(admin, e.retired, "archived", "pattern", e.versions[len(e.versions)-1].id,
				map[string]any{"is_archived": false}, map[string]any{"is_archived": true})
		}
	}
	return l.chain()
}

// author is who wrote the i-th entry of the library.
func (o *organization) author(i int) *person { return o.people[i%4] }

// visits adds the logins of a person in the period, and what they did then.
func (s *story) visits(r *rand.Rand, l *log, p *person) {
	if p.lastLogin.IsZero() {
		return
	}
	for daysAgo := s.Days - 1; daysAgo >= 0; daysAgo-- {
		at := s.login(r, daysAgo)
		weekday := s.Until.AddDate(0, 0, -1-daysAgo).Weekday()
		if weekday == time.Saturday || weekday == time.Sunday || !chance(r, 300) || !at.Before(p.lastLogin) {
			continue
		}
		l.add(p, at, "login", "user", p.id, nil, nil)
		after := func() time.Time { return at.Add(time.Duration(between(r, 1, 90)) * time.Minute) }
		switch n := r.IntN(100); {
		case n < 14:
			l.add(p, after(), "exported", "report", 0, nil, map[string]any{"format": pick(r, []string{"csv", "json", "markdown"})})
		case n < 24:
			l.add(p, after(), "viewed", "pattern", pick(r, l.org.library).versions[0].id, nil, nil)
		case n < 29 && p.role != api.RoleViewer:
			l.add(p, after(), "created", "api_key", 0, nil, map[string]any{"owner": p.username})
		case n < 33 && p.role == api.RoleAdmin:
			l.add(p, after(), "updated", "config", 0,
				map[string]any{"review_threshold": between(r, 1, 4)}, map[string]any{"review_threshold": between(r, 1, 4)})
		}
	}
	l.add(p, p.lastLogin, "login", "user", p.id, nil, nil)
}

// log gathers entries in any order.
type log struct {
	org     *organization
	entries []api.AuditLog
}

func (l *log) add(p *person, at time.Time, action, resource string, id int64, before, after map[string]any) {
	index := slices.Index(l.org.people, p)
	address := fmt.Sprintf("203.0.113.%d", 10*len(l.org.people)/2+index)
	agent := agents[index%len(agents)]
	entry := api.AuditLog{
		OrganizationID: l.org.id,
		UserID:         &p.id,
		Action:         action,
		ResourceType:   resource,
		IPAddress:      &address,
		UserAgent:      &agent,
		CreatedAt:      metrics.At(at),
	}
	if id != 0 {
		entry.ResourceID = &id
	}
	if before != nil {
		entry.OldValues = object(before)
	}
	if after != nil {
		entry.NewValues = object(after)
	}
	l.entries = append(l.entries, entry)
}

var agents = []string{
	"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 15_5) Safari/605.1",
	"feedback-loop/1.0",
}

// chain puts the entries in the order of time and links each to the one
// before.
func (l *log) chain() []api.AuditLog {
	slices.SortStableFunc(l.entries, func(a, b api.AuditLog) int { return a.CreatedAt.Compare(b.CreatedAt.Time) })
	previous := api.FirstHash
	for i := range l.entries {
		e := &l.entries[i]
		e.Sequence, e.PreviousHash = int64(i+1), previous
		e.Hash = e.ChainHash()
		previous = e.Hash
	}
	return l.entries
}
