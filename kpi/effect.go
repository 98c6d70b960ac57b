package kpi

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// PatternEffects is what became of generations and bugs when a pattern and its
// later versions came.
type PatternEffects struct {
	Pattern        string   `json:"pattern"`
	OrganizationID int64    `json:"organization_id"`
	Quality        Quality  `json:"quality"` // of the generations looked at
	Effects        []Effect `json:"effects"` // by time of the version
}

// Effect compares the time after a version of a pattern was created with the
// time before.
type Effect struct {
	Version int64         `json:"version"` // the first is the pattern's introduction
	At      time.Time     `json:"at"`
	Before  Window        `json:"before"`
	After   Window        `json:"after"`
	Success SuccessEffect `json:"success"`
	Bugs    BugEffect     `json:"bugs"`
}

// SuccessEffect is the effect on the success rate of generations.
//
// Of a later version the treated are the generations that applied the pattern,
// and the control those that did not. Before its introduction nobody applied
// it: there the treated are all generations of the projects that took it up in
// the time after, and the control those of the other projects. Many of the
// treated then never met the pattern, so the effect shown is smaller than that
// on those who did.
type SuccessEffect struct {
	Treated BeforeAfter `json:"treated"`
	Control BeforeAfter `json:"control"`

	// Difference is the success rate of the treated after less that before,
	// with its Newcombe interval. A general trend shows in it.
	Difference         *float64  `json:"difference"`
	DifferenceInterval *Interval `json:"difference_interval"`

	// Net is Difference less that of the control: see
	// [DifferenceInDifferences].
	Net         *float64  `json:"net"`
	NetInterval *Interval `json:"net_interval"`

	Judgement
}

// BeforeAfter is a group of generations on both sides of a moment.
type BeforeAfter struct {
	Before SuccessCount `json:"before"`
	After  SuccessCount `json:"after"`
}

// SuccessCount is generations whose outcome is known. Rate is absent when there
// are none.
type SuccessCount struct {
	Successes int64    `json:"successes"`
	N         int64    `json:"n"`
	Rate      *float64 `json:"rate"`
}

// BugEffect is the effect on the bugs that name the pattern. Their rate alone
// would also fall when fewer bugs of any kind are found; so their share of all
// bugs is compared.
type BugEffect struct {
	Before BugCount `json:"before"`
	After  BugCount `json:"after"`

	// Ratio is the rate after over that before, with its exact interval; absent
	// without bugs before or generations on both sides.
	Ratio         *float64  `json:"ratio"`
	RatioInterval *Interval `json:"ratio_interval"`

	// Net is the pattern's share of all bugs after less that before, with its
	// Newcombe interval; P is Fisher's.
	Net         *float64  `json:"net"`
	NetInterval *Interval `json:"net_interval"`
	P           *float64  `json:"p"`

	Judgement
}

// BugCount is the bugs of a time. Per100 is how many of the pattern there were
// for 100 generations, absent without generations.
type BugCount struct {
	Bugs        int64    `json:"bugs"` // that name the pattern
	Others      int64    `json:"others"`
	Generations int64    `json:"generations"`
	Per100      *float64 `json:"per_100"`
}

// Judgement says what to make of an effect.
type Judgement struct {
	Verdict  EffectVerdict `json:"verdict"`
	Evidence Evidence      `json:"evidence"` // empty unless better or worse
	Reason   Reason        `json:"reason"`
	Placebo  Placebo       `json:"placebo"`
}

// EffectVerdict says which way a change went.
type EffectVerdict string

// The verdicts on an effect. Better and worse mean that the interval of the net
// effect (of bugs: Fisher's test) excludes that nothing happened, and that
// hardly any placebo shows as much.
const (
	EffectBetter     EffectVerdict = "better"
	EffectWorse      EffectVerdict = "worse"
	EffectUnproven   EffectVerdict = "unproven"
	EffectTooFewData EffectVerdict = "insufficient_data"
)

// Why an effect has no plain verdict, beside [ReasonFewRows].
const (
	ReasonNoControl Reason = "no_control" // nothing to tell the effect from a trend by
	ReasonPlacebo   Reason = "placebo"    // moments at which nothing happened show as much
)

// Placebo is the same comparison, as long before and after, at moments before
// the version at which nothing happened: one a week of the year before, where
// there are enough rows, and none that another version falls into.
type Placebo struct {
	Cuts    int `json:"cuts"`     // moments that could be compared
	AsLarge int `json:"as_large"` // of them with an effect as large, either way
	// P is (AsLarge + 1)/(Cuts + 1): how likely an effect as large comes by
	// chance, judged by the past. Absent without cuts.
	P *float64 `json:"p"`
}

// WriteTable writes the effects for a terminal, at most 100 columns wide: two
// lines for each version, its effect on success and on its share of the bugs.
func (p PatternEffects) WriteTable(w io.Writer) error {
	rows := [][]string{{"Version", "On", "Verdict", "Before", "After", "Net", "95 % interval", "Placebos"}}
	for _, e := range p.Effects {
		placebos := func(j Judgement) string { return fmt.Sprintf("%d of %d", j.Placebo.AsLarge, j.Placebo.Cuts) }
		s, b := e.Success, e.Bugs
		rows = append(rows,
			[]string{
				fmt.Sprintf("%d, %s", e.Version, e.At.Format(time.DateOnly)), "success", s.text(),
				percentCell(s.Treated.Before.Rate), percentCell(s.Treated.After.Rate), pointsCell(s.Net), rangeCell(s.NetInterval), placebos(s.Judgement),
			},
			[]string{
				"", "bugs", b.text(),
				b.Before.shareText(), b.After.shareText(), pointsCell(b.Net), rangeCell(b.NetInterval), placebos(b.Judgement),
			})
	}
	return writeCells(w, 3, rows)
}

// shareText is the pattern's share of all bugs.
func (c BugCount) shareText() string {
	if c.Bugs+c.Others == 0 {
		return "–"
	}
	part := share(c.Bugs, c.Bugs+c.Others)
	return percentCell(&part)
}

// text is the verdict with what stands against it.
func (j Judgement) text() string {
	text := string(j.Verdict)
	switch {
	case j.Reason != "":
		text = string(j.Reason)
	case j.Evidence == Inconclusive:
		text += ", maybe"
	}
	return strings.ReplaceAll(text, "_", " ")
}

// Effects measures what each version of a pattern changed: the success of
// generations, and the bugs that name the pattern. It compares the days of the
// query after the version was created with as many before; either side ends
// where another version or as_of does. Generations and bugs of no organization
// count for it. Each of the four groups needs 30 generations; bugs need 10 that
// name the pattern and 10 that do not.
//
// The net effect takes off what the generations without the pattern did
// meanwhile, so that a trend which moves all is not put down to the pattern. It
// cannot take off what moves only those with it: that the pattern is applied to
// other work than before, or that something else came for the same people on
// the same day. Days on which all goes wrong together, and bugs that come in
// heaps, make intervals too narrow. Against both stands the placebo, which is
// as unsteady as the past was: an effect of which more than one in twenty shows
// as much is no evidence, and one is conclusive only when its P is at most 0.05,
// which takes 19 cuts. Several versions are several chances to be fooled.
//
// Sources: see [DifferenceInDifferences]; Bertrand, Duflo and Mullainathan,
// Quarterly Journal of Economics 119 (2004), for what is wrong with such
// intervals and for placebos.
func Effects(ctx context.Context, db bun.IDB, q Query, organization int64, name string) (PatternEffects, error) {
	p, err := q.plan()
	if err != nil {
		return PatternEffects{}, err
	}
	var versions []struct {
		Version   int64
		CreatedAt metrics.Time
	}
	if p.isTenant(organization) {
		err = db.NewSelect().TableExpr("patterns").
			ColumnExpr("version, created_at").
			Where("organization_id = ?", organization).
			Where("name = ?", name).
			Where("created_at < ?", p.AsOf).
			OrderExpr("created_at, version").
			Scan(ctx, &versions)
	}
	switch {
	case err != nil:
		return PatternEffects{}, fmt.Errorf("kpi: effects: versions: %w", err)
	case len(versions) == 0:
		return PatternEffects{}, fmt.Errorf("kpi: effects: organization %d has no pattern %.60q", organization, name)
	}
	moments := make([]time.Time, len(versions))
	for i, v := range versions {
		moments[i] = v.CreatedAt.In(p.Zone)
	}
	r := effectReader{facts: newFacts(p), organization: organization, name: name, history: newHistory(moments, p.AsOf, p.Days)}
	for _, part := range []reader{{"generations", r.readGenerations}, {"bugs", r.readBugs}} {
		if err := part.read(ctx, db); err != nil {
			return PatternEffects{}, fmt.Errorf("kpi: effects: %s: %w", part.what, err)
		}
	}
	if err := r.strictly(); err != nil {
		return PatternEffects{}, err
	}
	found := PatternEffects{Pattern: name, OrganizationID: organization, Quality: r.quality, Effects: r.history.effects()}
	for i, v := range versions {
		found.Effects[i].Version = v.Version
	}
	return found, nil
}

// effectReader fills a history from a database.
type effectReader struct {
	*facts
	organization int64
	name         string
	history      *history
	quality      Quality
}

func (r *effectReader) readGenerations(ctx context.Context, db bun.IDB) (err error) {
	quality := &r.quality
	quality.Excluded, err = r.eachAttempt(ctx, db, r.history.window(), false, func(a *attempt) {
		if a.organization.Valid && a.organization.Int64 != r.organization {
			return
		}
		quality.Rows++
		names, state := a.patterns()
		r.history.generated(a.at.Time)
		switch {
		case state == listInvalid:
			quality.Invalid++
			r.refuse(generationTable, a.id, "patterns_applied is no JSON array")
		case state == listUnknown, !a.success.Valid:
			quality.Null++
		default:
			_, with := slices.BinarySearch(names, r.name)
			r.history.ended(a.at.Time, a.project, with, a.success.Bool)
		}
	})
	if err != nil {
		return err
	}
	quality.Future, err = r.futureAttempts(ctx, db)
	return err
}

func (r *effectReader) readBugs(ctx context.Context, db bun.IDB) error {
	w := r.history.window()
	rows, err := r.scope(db.NewSelect().TableExpr(bugTable)).
		ColumnExpr("timestamp, CASE WHEN pattern = ? THEN 1 ELSE 0 END", r.name).
		Where("timestamp >= ?", w.Start).
		Where("timestamp < ?", w.End).
		Where("COALESCE(organization_id, ?) = ?", r.organization, r.organization).
		Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what there is to say

	for rows.Next() {
		var at metrics.Time
		var named bool
		if err := rows.Scan(&at, &named); err != nil {
			return err
		}
		r.history.found(at.Time, named)
	}
	return rows.Err()
}
