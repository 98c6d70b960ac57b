package kpi

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

// userFacts counts the active users.
type userFacts struct {
	active   int64 // all of them
	loggedIn int64 // within thirty days before as_of, or since
	since    int64 // at or after as_of
	never    int64
	future   int64 // created at or after as_of
}

// adoptionDays is how far back a login counts.
const adoptionDays = 30

// readUsers adds the users of a database.
func (f *facts) readUsers(ctx context.Context, db bun.IDB) error {
	from := rolling(f.AsOf, adoptionDays).Start
	var groups []struct {
		Login int
		Born  bool
		N     int64
	}
	err := f.tenants(db.NewSelect().TableExpr("users")).
		ColumnExpr("CASE WHEN last_login >= ? THEN ? WHEN last_login >= ? THEN ? WHEN last_login IS NULL THEN ? ELSE ? END AS login",
			f.AsOf, loginSince, from, loginRecent, loginNever, loginOld).
		ColumnExpr("CASE WHEN created_at < ? THEN 1 ELSE 0 END AS born", f.AsOf).
		ColumnExpr("COUNT(*) AS n").
		Where("is_active").
		GroupExpr("login, born").
		Scan(ctx, &groups)
	for _, g := range groups {
		f.addUsers(g.Login, g.Born, g.N)
	}
	return err
}

// When users logged in last.
const (
	loginNever = iota
	loginOld
	loginRecent
	loginSince // at or after as_of
)

func (f *facts) addUsers(login int, born bool, n int64) {
	if !born {
		f.users.future += n
		return
	}
	f.users.active += n
	switch login {
	case loginNever:
		f.users.never += n
	case loginSince:
		f.users.since += n
		f.users.loggedIn += n
	case loginRecent:
		f.users.loggedIn += n
	}
}

// Adoption is what user_adoption says beyond the share.
type Adoption struct {
	NeverLoggedIn int64 `json:"never_logged_in"` // they count as inactive
	LoginsSince   int64 `json:"logins_since"`    // last login at or after as_of; they count as active
}

func (*Adoption) detail() {}

// userAdoption is the share of active users who logged in within thirty days.
func (f *facts) userAdoption(period) Result {
	w := rolling(f.AsOf, adoptionDays)
	r := f.about(UserAdoption, &w)
	r.Quality = Quality{Rows: f.users.active, Null: f.users.never, Future: f.users.future}
	r.Detail = &Adoption{NeverLoggedIn: f.users.never, LoginsSince: f.users.since}
	switch {
	case f.Project != "":
		r.undefined(Unavailable, ReasonNoProject)
	case f.Now.Sub(f.AsOf) > 24*time.Hour:
		r.undefined(Unavailable, ReasonPast)
	case f.users.active == 0:
		r.undefined(NoData, ReasonNoUsers)
	default:
		r.census(f.users.loggedIn, f.users.active)
	}
	return r
}

// engagedDays is a whole number of weeks, so that weekends weigh alike.
const engagedDays = 28

// engagedUsers counts the people with a row in metrics within four weeks.
func (f *facts) engagedUsers(period) Result {
	w := rolling(f.AsOf, engagedDays)
	r := f.about(EngagedUsers, &w)
	r.Unit = UnitCount
	r.Quality = Quality{Rows: f.savings.recent, Future: f.savings.future}
	if f.Project != "" {
		r.undefined(Unavailable, ReasonNoProject)
		return r
	}
	r.number(float64(len(f.savings.engaged)), f.savings.recent)
	r.Meets, r.Status = nil, Informative
	return r
}
