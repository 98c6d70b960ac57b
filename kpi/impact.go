package kpi

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/uptrace/bun"
)

// Impact is the time that patterns saved the teams and people of a rolling
// window, most hours first.
type Impact struct {
	Window  Window       `json:"window"`
	Quality Quality      `json:"quality"` // Null: entries without a time
	Teams   []TeamImpact `json:"teams"`
	Users   []UserImpact `json:"users"`

	// NoTeam and NoUser are what no team and what nobody is named for. With
	// them, the teams and the users each add up to everything.
	NoTeam Savings `json:"no_team"`
	NoUser Savings `json:"no_user"`
}

// Savings are entries of time saved.
type Savings struct {
	Entries  int64    `json:"entries"`
	Hours    *float64 `json:"hours"`    // below 0 when patterns cost time; absent when no entry has a time
	Patterns int      `json:"patterns"` // different ones, all versions of one being one
}

// TeamImpact is the impact on one team: what the entries say that name it.
type TeamImpact struct {
	ID             int64  `json:"id"`
	OrganizationID int64  `json:"organization_id"`
	Team           string `json:"team"`
	Savings

	// Members are the active users who belong to the team, and Users those
	// whom its entries name, whether they belong to it or not.
	Members int64 `json:"members"`
	Users   int   `json:"users"`

	// HoursPerMember and PatternsPerMember are absent without members.
	HoursPerMember    *float64 `json:"hours_per_member"`
	PatternsPerMember *float64 `json:"patterns_per_member"`
}

// UserImpact is the impact on one person. Active users without any entry are
// listed too, others are not.
type UserImpact struct {
	ID             int64  `json:"id"`
	OrganizationID int64  `json:"organization_id"`
	User           string `json:"user"`
	Active         bool   `json:"active"`
	Savings
}

// WriteTable writes the teams and then the people for a terminal, at most 100
// columns wide.
func (i Impact) WriteTable(w io.Writer) error {
	teams := [][]string{{"Team", "Members", "Hours", "Per member", "Patterns"}}
	for _, t := range i.Teams {
		teams = append(teams, []string{
			nameCell(&t.Team, nameWidth), countCell(t.Members), numberCell("%.1f", t.Hours, 1), numberCell("%.2f", t.HoursPerMember, 1),
			countCell(t.Patterns),
		})
	}
	users := [][]string{{"User", "Entries", "Hours", "Patterns"}}
	for _, u := range i.Users {
		users = append(users, []string{
			nameCell(&u.User, nameWidth), countCell(u.Entries), numberCell("%.1f", u.Hours, 1), countCell(u.Patterns),
		})
	}
	if err := writeCells(w, 1, teams); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	return writeCells(w, 1, users)
}

// Impacts adds up, for the rolling window of the query, the time that patterns
// saved each team and each person. Every table is added up by itself before
// anything is joined: a join of members, patterns and entries would count each
// entry once for every pair of the others.
//
// Who belongs to a team is what the database says now, of those who joined
// before as_of. Time saved knows no projects: a query for one is an error.
func Impacts(ctx context.Context, db bun.IDB, q Query) (Impact, error) {
	p, err := q.plan()
	if err != nil {
		return Impact{}, err
	}
	if p.Project != "" {
		return Impact{}, errors.New("kpi: impact: time saved knows no projects")
	}
	r := impactReader{plan: p, teams: map[sql.NullInt64]*savingsOf{}, users: map[sql.NullInt64]*savingsOf{}}
	r.found.Window = p.window
	for _, part := range []reader{
		{"entries", r.readEntries},
		{"teams", r.readTeams},
		{"users", r.readUsers},
	} {
		if err := part.read(ctx, db); err != nil {
			return Impact{}, fmt.Errorf("kpi: impact: %s: %w", part.what, err)
		}
	}
	r.found.NoTeam = r.teams[sql.NullInt64{}].savings()
	r.found.NoUser = r.users[sql.NullInt64{}].savings()
	return r.found, nil
}

// impactReader makes an impact.
type impactReader struct {
	plan
	found Impact
	teams map[sql.NullInt64]*savingsOf
	users map[sql.NullInt64]*savingsOf
}

// savingsOf adds up the entries of a team or person.
type savingsOf struct {
	entries, timed, seconds int64
	patterns                nameSet
	users                   map[int64]bool
}

// entryGroup is entries that are alike but for their time.
type entryGroup struct {
	OrganizationID          int64
	TeamID, UserID          sql.NullInt64
	Pattern                 sql.NullString
	Entries, Timed, Seconds int64
}

// readEntries adds up the entries in the window.
func (r *impactReader) readEntries(ctx context.Context, db bun.IDB) error {
	entries := func() *bun.SelectQuery { return r.tenants(db.NewSelect().TableExpr("metrics")) }
	future, err := entries().Where("created_at >= ?", r.AsOf).Count(ctx)
	if err != nil {
		return err
	}
	r.found.Quality.Future = future

	added := entries().
		ColumnExpr("organization_id, team_id, user_id, pattern_id").
		ColumnExpr("COUNT(*) AS entries").
		ColumnExpr("COUNT(time_saved_seconds) AS timed").
		ColumnExpr("CAST(COALESCE(SUM(time_saved_seconds), 0) AS BIGINT) AS seconds").
		Where("created_at >= ?", r.window.Start).
		Where("created_at < ?", r.window.End).
		GroupExpr("organization_id, team_id, user_id, pattern_id")
	var groups []entryGroup
	err = db.NewSelect().TableExpr("(?) AS added", added).
		ColumnExpr("added.organization_id, added.team_id, user_id, name AS pattern, entries, timed, seconds").
		Join("LEFT JOIN patterns AS pat ON pat.id = pattern_id").
		Scan(ctx, &groups)
	for _, g := range groups {
		r.found.Quality.Rows += g.Entries
		r.found.Quality.Null += g.Entries - g.Timed
		add(r.teams, g.TeamID, g)
		add(r.users, g.UserID, g)
	}
	return err
}

func add(to map[sql.NullInt64]*savingsOf, whom sql.NullInt64, g entryGroup) {
	s := to[whom]
	if s == nil {
		s = &savingsOf{patterns: nameSet{}, users: map[int64]bool{}}
		to[whom] = s
	}
	s.entries += g.Entries
	s.timed += g.Timed
	s.seconds += g.Seconds
	if g.Pattern.Valid { // names are unique in an organization only
		s.patterns[ownName{sql.NullInt64{Int64: g.OrganizationID, Valid: true}, g.Pattern.String}] = true
	}
	if g.UserID.Valid {
		s.users[g.UserID.Int64] = true
	}
}

// savings is what there is to tell, also of nobody.
func (s *savingsOf) savings() Savings {
	if s == nil {
		return Savings{}
	}
	all := Savings{Entries: s.entries, Patterns: len(s.patterns)}
	if s.timed > 0 {
		hours := share(s.seconds, secondsPerHour)
		all.Hours = &hours
	}
	return all
}

// readTeams lists the teams with their members.
func (r *impactReader) readTeams(ctx context.Context, db bun.IDB) error {
	members := db.NewSelect().TableExpr("user_teams AS ut").
		ColumnExpr("team_id, COUNT(*) AS members").
		Join("JOIN users AS usr ON usr.id = ut.user_id").
		Where("usr.is_active").
		Where("joined_at < ?", r.AsOf).
		Group("team_id")
	var teams []struct {
		ID, OrganizationID int64
		Name               string
		Members            int64
	}
	err := r.tenants(db.NewSelect().TableExpr("teams AS team")).
		ColumnExpr("team.id, organization_id, name, COALESCE(members, 0) AS members").
		Join("LEFT JOIN (?) AS belonging ON belonging.team_id = team.id", members).
		Where("created_at < ?", r.AsOf).
		Scan(ctx, &teams)
	r.found.Teams = make([]TeamImpact, 0, len(teams))
	for _, t := range teams {
		s := r.teams[sql.NullInt64{Int64: t.ID, Valid: true}]
		team := TeamImpact{ID: t.ID, OrganizationID: t.OrganizationID, Team: t.Name, Savings: s.savings(), Members: t.Members}
		if s != nil {
			team.Users = len(s.users)
		}
		if t.Members > 0 {
			patterns := share(int64(team.Patterns), t.Members)
			team.PatternsPerMember = &patterns
			if team.Hours != nil {
				hours := *team.Hours / float64(t.Members)
				team.HoursPerMember = &hours
			}
		}
		r.found.Teams = append(r.found.Teams, team)
	}
	slices.SortFunc(r.found.Teams, func(a, b TeamImpact) int {
		return cmp.Or(compareOptional(b.Hours, a.Hours), cmp.Compare(a.Team, b.Team), cmp.Compare(a.ID, b.ID))
	})
	return err
}

// readUsers lists the people.
func (r *impactReader) readUsers(ctx context.Context, db bun.IDB) error {
	var users []struct {
		ID, OrganizationID int64
		Username           string
		Active             bool
	}
	err := r.tenants(db.NewSelect().TableExpr("users")).
		ColumnExpr("id, organization_id, username").
		ColumnExpr("CASE WHEN is_active THEN 1 ELSE 0 END AS active").
		Where("created_at < ?", r.AsOf).
		Scan(ctx, &users)
	r.found.Users = make([]UserImpact, 0, len(users))
	for _, u := range users {
		s := r.users[sql.NullInt64{Int64: u.ID, Valid: true}]
		if !u.Active && s == nil {
			continue
		}
		r.found.Users = append(r.found.Users, UserImpact{
			ID: u.ID, OrganizationID: u.OrganizationID, User: u.Username, Active: u.Active, Savings: s.savings(),
		})
	}
	slices.SortFunc(r.found.Users, func(a, b UserImpact) int {
		return cmp.Or(compareOptional(b.Hours, a.Hours), cmp.Compare(a.User, b.User), cmp.Compare(a.ID, b.ID))
	})
	return err
}
