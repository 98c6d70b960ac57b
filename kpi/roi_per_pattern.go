package kpi

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/uptrace/bun"
)

// savingFacts is the time saved, by the pattern that is to thank.
type savingFacts struct {
	seconds      map[int64]int64 // by id of the pattern's row
	timed        map[int64]int64 // rows with a time, likewise
	users        map[thanks]bool // who saved time by which pattern
	engaged      map[int64]bool  // users with a recent row
	recent       int64           // rows of the last engagedDays
	rows         int64
	null         int64 // no time
	negative     int64 // the pattern cost time
	unattributed int64 // seconds
	future       int64
}

// thanks are those of a user to a pattern.
type thanks struct{ pattern, user int64 }

func newSavingFacts() savingFacts {
	return savingFacts{seconds: map[int64]int64{}, timed: map[int64]int64{}, users: map[thanks]bool{}, engaged: map[int64]bool{}}
}

// readSavings adds the time saved of a database.
func (f *facts) readSavings(ctx context.Context, db bun.IDB) error {
	rows, err := f.tenants(db.NewSelect().TableExpr("metrics")).
		ColumnExpr("pattern_id, user_id, time_saved_seconds").
		ColumnExpr("CASE WHEN created_at >= ? THEN ? WHEN created_at >= ? THEN ? ELSE ? END",
			f.AsOf, future, rolling(f.AsOf, engagedDays).Start, current, previous).
		Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what there is to say

	var pattern, user, seconds sql.NullInt64
	var when period
	for rows.Next() {
		if err := rows.Scan(&pattern, &user, &seconds, &when); err != nil {
			return err
		}
		f.addSaving(pattern, user, seconds, when)
	}
	return rows.Err()
}

// addSaving adds a row that is recent (current), older or in the future.
func (f *facts) addSaving(pattern, user, seconds sql.NullInt64, when period) {
	in := &f.savings
	if when == future {
		in.future++
		return
	}
	in.rows++
	if !seconds.Valid {
		in.null++
	}
	if seconds.Int64 < 0 {
		in.negative++
	}
	if when == current {
		in.recent++
		if user.Valid {
			in.engaged[user.Int64] = true
		}
	}
	if !pattern.Valid {
		in.unattributed += seconds.Int64
		return
	}
	in.seconds[pattern.Int64] += seconds.Int64
	if seconds.Valid {
		in.timed[pattern.Int64]++
	}
	if user.Valid {
		in.users[thanks{pattern.Int64, user.Int64}] = true
	}
}

// ROI is what roi_per_pattern says beyond the share of patterns that meet the
// target.
type ROI struct {
	TotalHours        float64   `json:"total_hours"` // of active patterns
	UnattributedHours float64   `json:"unattributed_hours"`
	Negative          int64     `json:"negative"` // rows where a pattern cost time; they count
	Items             []ROIItem `json:"items"`    // the active patterns, worst first
}

// ROIItem is the time that one active pattern saved, in all its versions.
type ROIItem struct {
	Pattern        string   `json:"pattern"`
	ID             int64    `json:"id"`
	OrganizationID int64    `json:"organization_id"`
	Value          *float64 `json:"value"` // hours; absent without any row
	Meets          bool     `json:"meets"`
	Users          int      `json:"users"`         // different people
	HoursPerDay    *float64 `json:"hours_per_day"` // since the first version, one day at least
}

func (*ROI) detail() {}

const secondsPerHour = 3600

// roiPerPattern is the share of active patterns that saved more than ten
// hours. It is met when all did.
func (f *facts) roiPerPattern(period) Result {
	r := f.about(ROIPerPattern, nil)
	r.Quality = Quality{Rows: f.savings.rows, Null: f.savings.null, Future: f.savings.future}
	detail := &ROI{
		UnattributedHours: share(f.savings.unattributed, secondsPerHour),
		Negative:          f.savings.negative,
		Items:             []ROIItem{},
	}
	r.Detail = detail
	if f.Project != "" {
		r.undefined(Unavailable, ReasonNoProject)
		return r
	}
	saved, users := f.savingsByLineage()
	var met, total int64
	for _, p := range f.library.active {
		item := ROIItem{Pattern: p.name, ID: p.id, OrganizationID: p.organization}
		if seconds, ok := saved[p]; ok {
			total += seconds
			hours := share(seconds, secondsPerHour)
			perDay := hours / max(1, f.AsOf.Sub(p.born()).Hours()/24)
			item.Value, item.HoursPerDay, item.Users = &hours, &perDay, users[p]
			item.Meets = r.Target.MeetsRatio(seconds, secondsPerHour)
		}
		if item.Meets {
			met++
		}
		detail.Items = append(detail.Items, item)
	}
	detail.TotalHours = share(total, secondsPerHour)
	slices.SortStableFunc(detail.Items, func(a, b ROIItem) int {
		return cmp.Or(compareOptional(a.Value, b.Value), cmp.Compare(a.Pattern, b.Pattern))
	})
	switch {
	case len(f.library.active) == 0:
		r.undefined(NoData, ReasonNoPatterns)
	case f.savings.rows == 0:
		r.undefined(NoData, ReasonNoRows)
	default:
		r.allOf(met, int64(len(f.library.active)))
	}
	return r
}

// savingsByLineage adds up the seconds and different users of all versions
// under the active one.
func (f *facts) savingsByLineage() (seconds map[*pattern]int64, users map[*pattern]int) {
	seconds, users = map[*pattern]int64{}, map[*pattern]int{}
	for id, s := range f.savings.seconds {
		if head := f.library.rows[id].carrier(); head != nil {
			seconds[head] += s
		}
	}
	seen := map[thanks]bool{}
	for by := range f.savings.users {
		head := f.library.rows[by.pattern].carrier()
		if head == nil {
			continue
		}
		if to := (thanks{head.id, by.user}); !seen[to] {
			seen[to] = true
			users[head]++
		}
	}
	return seconds, users
}

// compareOptional puts what is absent first.
func compareOptional(a, b *float64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	default:
		return cmp.Compare(*a, *b)
	}
}
