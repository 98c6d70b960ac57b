package kpi_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// company is two organizations: the first with Ada and Bob in team "core", Bob
// in "web" too, Cleo who left, and a team "empty"; the second with Dan alone.
// Each has a pattern "retry"; the first has it in two versions.
func company() (kpi.Data, []api.Team, []api.UserTeam) {
	var d kpi.Data
	for i, name := range []string{"ada", "bob", "cleo", "dan"} {
		d.Users = append(d.Users, api.User{ID: int64(i + 1), OrganizationID: 1, Email: name + "@example.com", Username: name,
			HashedPassword: "x", Role: api.RoleDeveloper, IsActive: name != "cleo", CreatedAt: ago(300), UpdatedAt: ago(300)})
	}
	d.Users[3].OrganizationID = 2
	for i, name := range []string{"retry", "retry", "guard", "retry"} {
		d.Patterns = append(d.Patterns, api.Pattern{ID: int64(i + 1), OrganizationID: 1, AuthorID: 1, Name: name, PatternData: empty,
			Version: 1, IsActive: true, CreatedAt: ago(100), UpdatedAt: ago(100)})
	}
	d.Patterns[0].IsActive, d.Patterns[1].Version, d.Patterns[1].ParentID = false, 2, ptr(int64(1))
	d.Patterns[3].OrganizationID = 2
	var teams []api.Team
	for i, name := range []string{"core", "web", "empty"} {
		teams = append(teams, api.Team{ID: int64(i + 1), OrganizationID: 1, Name: name, Slug: name, CreatedAt: ago(200), UpdatedAt: ago(200)})
	}
	var members []api.UserTeam
	for _, m := range [][2]int64{{1, 1}, {2, 1}, {3, 1}, {2, 2}} {
		members = append(members, api.UserTeam{UserID: m[0], TeamID: m[1], Role: api.RoleDeveloper, JoinedAt: ago(150)})
	}
	members = append(members, api.UserTeam{UserID: 1, TeamID: 2, Role: api.RoleDeveloper, JoinedAt: ago(0)}) // joins at as_of
	return d, teams, members
}

// saving is an entry of time saved a day ago; 0 is nobody, no team, no pattern.
func saving(organization, team, user, pattern int64, seconds *int64) api.Metric {
	orNil := func(id int64) *int64 {
		if id == 0 {
			return nil
		}
		return &id
	}
	return api.Metric{OrganizationID: organization, TeamID: orNil(team), UserID: orNil(user), PatternID: orNil(pattern),
		MetricType: "time_saved", MetricData: empty, TimeSavedSeconds: seconds, CreatedAt: ago(1)}
}

// insertCompany stores the company and then the entries, which refer to it.
func insertCompany(ctx context.Context, db *store.DB, entries []api.Metric) error {
	d, teams, members := company()
	if err := fillDatabase(ctx, db, d); err != nil {
		return err
	}
	return db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, rows := range []any{&teams, &members, &entries} {
			if _, err := tx.NewInsert().Model(rows).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestImpactCountsEachEntryOnce(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		late, soon := saving(1, 1, 1, 1, ptr(int64(7200))), saving(1, 1, 1, 1, ptr(int64(7200)))
		late.CreatedAt, soon.CreatedAt = ago(30.5), ago(0)
		require.NoError(t, insertCompany(t.Context(), db, []api.Metric{
			saving(1, 1, 1, 1, ptr(int64(3600))), // two versions of one pattern
			saving(1, 1, 1, 2, ptr(int64(3600))),
			saving(1, 1, 2, 3, ptr(int64(3600))),
			saving(1, 1, 3, 3, ptr(int64(-1800))), // cost time, of somebody who left
			saving(1, 2, 2, 1, nil),
			saving(1, 0, 2, 0, ptr(int64(900))),
			saving(1, 1, 0, 3, ptr(int64(450))),
			saving(2, 0, 4, 4, ptr(int64(1800))),
			late, soon,
		}))

		got, err := kpi.Impacts(t.Context(), db, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		assert.Equal(t, kpi.Quality{Rows: 8, Null: 1, Future: 1}, got.Quality)
		assert.Equal(t, []kpi.TeamImpact{
			{ID: 1, OrganizationID: 1, Team: "core", Members: 2, Users: 3,
				Savings:        kpi.Savings{Entries: 5, Hours: ptr(2.625), Patterns: 2},
				HoursPerMember: ptr(1.3125), PatternsPerMember: ptr(1.0)},
			{ID: 3, OrganizationID: 1, Team: "empty"},
			{ID: 2, OrganizationID: 1, Team: "web", Members: 1, Users: 1,
				Savings: kpi.Savings{Entries: 1, Patterns: 1}, PatternsPerMember: ptr(1.0)},
		}, got.Teams)
		assert.Equal(t, []kpi.UserImpact{
			{ID: 1, OrganizationID: 1, User: "ada", Active: true, Savings: kpi.Savings{Entries: 2, Hours: ptr(2.0), Patterns: 1}},
			{ID: 2, OrganizationID: 1, User: "bob", Active: true, Savings: kpi.Savings{Entries: 3, Hours: ptr(1.25), Patterns: 2}},
			{ID: 4, OrganizationID: 2, User: "dan", Active: true, Savings: kpi.Savings{Entries: 1, Hours: ptr(0.5), Patterns: 1}},
			{ID: 3, OrganizationID: 1, User: "cleo", Savings: kpi.Savings{Entries: 1, Hours: ptr(-0.5), Patterns: 1}},
		}, got.Users)
		assert.Equal(t, kpi.Savings{Entries: 2, Hours: ptr(0.75), Patterns: 1}, got.NoTeam)
		assert.Equal(t, kpi.Savings{Entries: 1, Hours: ptr(0.125), Patterns: 1}, got.NoUser)

		got, err = kpi.Impacts(t.Context(), db, kpi.Query{AsOf: asOf, Organizations: []int64{2}})
		require.NoError(t, err)
		assert.Empty(t, got.Teams)
		assert.Len(t, got.Users, 1)
		assert.Equal(t, int64(1), got.Quality.Rows)

		_, err = kpi.Impacts(t.Context(), db, kpi.Query{AsOf: asOf, Project: "shop"})
		assert.EqualError(t, err, "kpi: impact: time saved knows no projects")
	})
}

func TestImpactWithoutMembersOrTimeIsAbsent(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		require.NoError(t, insertCompany(t.Context(), db, []api.Metric{saving(1, 3, 0, 1, ptr(int64(3600)))}))
		got, err := kpi.Impacts(t.Context(), db, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		text, err := json.Marshal(got.Teams[0])
		require.NoError(t, err)
		assert.JSONEq(t, `{"id":3,"organization_id":1,"team":"empty","entries":1,"hours":1,"patterns":1,
			"members":0,"users":0,"hours_per_member":null,"patterns_per_member":null}`, string(text))
		text, err = json.Marshal(got.Users[0])
		require.NoError(t, err)
		assert.JSONEq(t, `{"id":1,"organization_id":1,"user":"ada","active":true,"entries":0,"hours":null,"patterns":0}`, string(text))
	})
}

func ExampleImpacts() {
	ctx := context.Background()
	db, remove := exampleDatabase(ctx, func(db *store.DB) error {
		return insertCompany(ctx, db, []api.Metric{
			saving(1, 1, 1, 2, ptr(int64(5400))), saving(1, 1, 2, 3, ptr(int64(3600))), saving(1, 2, 2, 3, ptr(int64(1800))),
		})
	})
	defer remove()

	impact, err := kpi.Impacts(ctx, db, kpi.Query{AsOf: asOf})
	if err != nil {
		panic(err)
	}
	if err := impact.WriteTable(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// Team   Members  Hours  Per member  Patterns
	// core         2    2.5        1.25         2
	// web          1    0.5        0.50         1
	// empty        0      –           –         0
	//
	// User  Entries  Hours  Patterns
	// ada         1    1.5         1
	// bob         2    1.5         1
	// dan         0      –         0
}
