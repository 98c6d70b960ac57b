package kpi

import (
	"database/sql"
	"math"
	"slices"
	"sort"
	"time"
)

// The rules of effects.
const (
	enoughBugs   = 10 // of the pattern and of the others, both sides together
	placeboWeeks = 52 // how far back placebos are looked for
	rareEnough   = 0.05
)

// history counts what happened between the moments that comparisons begin and
// end at, so that its memory follows these and not the rows.
type history struct {
	moments []time.Time
	asOf    time.Time
	span    time.Duration
	edges   []time.Time
	slots   []slot // what lies between an edge and the next
}

// slot is what happened between two edges.
type slot struct {
	generations int64
	projects    map[sql.NullString]applied
	bugs        int64 // that name the pattern
	others      int64
}

// applied is the outcomes of generations with the pattern and without it.
type applied struct{ with, without outcomes }

func newHistory(moments []time.Time, asOf time.Time, days int) *history {
	h := &history{moments: moments, asOf: asOf, span: time.Duration(days) * 24 * time.Hour}
	for i := range moments {
		before, after := h.around(i)
		h.edges = append(h.edges, before.Start, before.End, after.End)
		for _, cut := range h.cuts(i) {
			h.edges = append(h.edges, cut.before.Start, cut.after.Start, cut.after.End)
		}
	}
	slices.SortFunc(h.edges, time.Time.Compare)
	h.edges = slices.CompactFunc(h.edges, time.Time.Equal)
	h.slots = make([]slot, len(h.edges)-1)
	return h
}

// around returns the windows before and after a version.
func (h *history) around(i int) (before, after Window) {
	at := h.moments[i]
	before, after = Window{at.Add(-h.span), at}, Window{at, at.Add(h.span)}
	if i > 0 && h.moments[i-1].After(before.Start) {
		before.Start = h.moments[i-1]
	}
	if i+1 < len(h.moments) && h.moments[i+1].Before(after.End) {
		after.End = h.moments[i+1]
	}
	if h.asOf.Before(after.End) {
		after.End = h.asOf
	}
	return before, after
}

// cut is a moment at which nothing happened, with the windows around it.
type cut struct{ before, after Window }

// cuts returns the placebo moments of a version, latest first.
func (h *history) cuts(i int) []cut {
	before, after := h.around(i)
	var cuts []cut
	for week := range placeboWeeks {
		at := before.End.Add(-time.Duration(week+1) * 7 * 24 * time.Hour)
		c := cut{
			before: Window{at.Add(-before.End.Sub(before.Start)), at},
			after:  Window{at, at.Add(after.End.Sub(after.Start))},
		}
		happened := slices.ContainsFunc(h.moments, func(t time.Time) bool {
			return t.After(c.before.Start) && t.Before(c.after.End)
		})
		if !happened && !c.after.End.After(before.End) {
			cuts = append(cuts, c)
		}
	}
	return cuts
}

// window is all that the comparisons look at.
func (h *history) window() Window { return Window{h.edges[0], h.edges[len(h.edges)-1]} }

// at returns the slot in which a moment of the window lies.
func (h *history) at(t time.Time) *slot {
	return &h.slots[h.edge(t)]
}

// edge returns the last edge that is not after t.
func (h *history) edge(t time.Time) int {
	return sort.Search(len(h.edges), func(i int) bool { return h.edges[i].After(t) }) - 1
}

// generated counts a generation.
func (h *history) generated(t time.Time) { h.at(t).generations++ }

// ended counts a generation whose patterns and outcome are known.
func (h *history) ended(t time.Time, project sql.NullString, with, success bool) {
	s := h.at(t)
	if s.projects == nil {
		s.projects = map[sql.NullString]applied{}
	}
	a := s.projects[project]
	if with {
		a.with = a.with.with(success)
	} else {
		a.without = a.without.with(success)
	}
	s.projects[project] = a
}

// found counts a bug.
func (h *history) found(t time.Time, named bool) {
	if named {
		h.at(t).bugs++
	} else {
		h.at(t).others++
	}
}

// during adds up what happened in a window.
func (h *history) during(w Window) slot {
	all := slot{projects: map[sql.NullString]applied{}}
	for _, s := range h.slots[h.edge(w.Start):h.edge(w.End)] {
		all.generations += s.generations
		all.bugs += s.bugs
		all.others += s.others
		for project, a := range s.projects {
			sum := all.projects[project]
			sum.with, sum.without = sum.with.plus(a.with), sum.without.plus(a.without)
			all.projects[project] = sum
		}
	}
	return all
}

func (o outcomes) plus(p outcomes) outcomes { return outcomes{o.hits + p.hits, o.misses + p.misses} }

// effects compares the times around each version.
func (h *history) effects() []Effect {
	all := make([]Effect, len(h.moments))
	for i, at := range h.moments {
		before, after := h.around(i)
		all[i] = Effect{
			At: at, Before: before, After: after,
			Success: h.success(i, before, after),
			Bugs:    h.bugs(i, before, after),
		}
	}
	return all
}

// success compares the outcomes around a version.
func (h *history) success(i int, before, after Window) SuccessEffect {
	adopted := func(sql.NullString) bool { return false }
	if i == 0 { // the pattern is introduced: projects take it up or do not
		projects := h.during(after).projects
		adopted = func(project sql.NullString) bool { return projects[project].with.n() > 0 }
	}
	groups := func(before, after Window) (treated, control Stratum) {
		treated.HitsBefore, treated.TrialsBefore, control.HitsBefore, control.TrialsBefore = h.during(before).split(i == 0, adopted)
		treated.HitsAfter, treated.TrialsAfter, control.HitsAfter, control.TrialsAfter = h.during(after).split(i == 0, adopted)
		return treated, control
	}

	treated, control := groups(before, after)
	e := SuccessEffect{Treated: beforeAfter(treated), Control: beforeAfter(control)}
	if treated.TrialsBefore > 0 && treated.TrialsAfter > 0 {
		difference := *e.Treated.After.Rate - *e.Treated.Before.Rate
		bounds := newcombe(treated.HitsAfter, treated.TrialsAfter, treated.HitsBefore, treated.TrialsBefore)
		e.Difference, e.DifferenceInterval = &difference, &bounds
		if control.TrialsBefore > 0 && control.TrialsAfter > 0 {
			net, bounds := differenceInDifferences(treated, control)
			e.Net, e.NetInterval = &net, &bounds
		}
	}
	switch {
	case control.TrialsBefore+control.TrialsAfter == 0 && treated.TrialsBefore+treated.TrialsAfter > 0:
		e.Judgement = Judgement{Verdict: EffectTooFewData, Reason: ReasonNoControl}
	case !enough(treated, control):
		e.Judgement = Judgement{Verdict: EffectTooFewData, Reason: ReasonFewRows}
	default:
		e.Placebo = h.placebo(i, math.Abs(*e.Net), func(c cut) (float64, bool) {
			treated, control := groups(c.before, c.after)
			if !enough(treated, control) {
				return 0, false
			}
			net, _ := differenceInDifferences(treated, control)
			return math.Abs(net), true
		})
		e.judge(e.NetInterval.Excludes(0), *e.Net > 0)
	}
	return e
}

// split returns the successes and trials of the treated and of the control.
func (s slot) split(byProject bool, adopted func(sql.NullString) bool) (hits, trials, controlHits, controlTrials int64) {
	for project, a := range s.projects {
		treated, control := a.with, a.without
		if byProject {
			treated, control = a.with.plus(a.without), outcomes{}
			if !adopted(project) {
				treated, control = control, treated
			}
		}
		hits, trials = hits+treated.hits, trials+treated.n()
		controlHits, controlTrials = controlHits+control.hits, controlTrials+control.n()
	}
	return hits, trials, controlHits, controlTrials
}

// enough tells whether all four groups can be judged.
func enough(treated, control Stratum) bool {
	return min(treated.TrialsBefore, treated.TrialsAfter, control.TrialsBefore, control.TrialsAfter) >= enoughRows
}

func beforeAfter(s Stratum) BeforeAfter {
	count := func(hits, trials int64) SuccessCount {
		c := SuccessCount{Successes: hits, N: trials}
		if trials > 0 {
			rate := share(hits, trials)
			c.Rate = &rate
		}
		return c
	}
	return BeforeAfter{Before: count(s.HitsBefore, s.TrialsBefore), After: count(s.HitsAfter, s.TrialsAfter)}
}

// bugs compares the bugs around a version.
func (h *history) bugs(i int, before, after Window) BugEffect {
	was, is := h.during(before), h.during(after)
	e := BugEffect{Before: was.bugCount(), After: is.bugCount()}
	if was.bugs > 0 && was.generations > 0 && is.generations > 0 {
		// Given their number, how many of the bugs came after is binomial.
		scale := share(was.generations, is.generations)
		part := clopperPearson(is.bugs, is.bugs+was.bugs)
		ratio := share(is.bugs, was.bugs) * scale
		bounds := interval(part.Lower/(1-part.Lower)*scale, part.Upper/(1-part.Upper)*scale, MethodRateRatio)
		e.Ratio, e.RatioInterval = &ratio, &bounds
	}
	allWas, allIs := was.bugs+was.others, is.bugs+is.others
	if allWas > 0 && allIs > 0 {
		net := share(is.bugs, allIs) - share(was.bugs, allWas)
		bounds := newcombe(is.bugs, allIs, was.bugs, allWas)
		e.Net, e.NetInterval = &net, &bounds
		if p, err := Fisher(is.bugs, allIs, was.bugs, allWas); err == nil { // else more than 10¹² bugs
			e.P = &p
		}
	}
	switch {
	case was.others+is.others == 0 && was.bugs+is.bugs > 0:
		e.Judgement = Judgement{Verdict: EffectTooFewData, Reason: ReasonNoControl}
	case !enoughFound(was, is):
		e.Judgement = Judgement{Verdict: EffectTooFewData, Reason: ReasonFewRows}
	default:
		e.Placebo = h.placebo(i, shift(was, is), func(c cut) (float64, bool) {
			was, is := h.during(c.before), h.during(c.after)
			return shift(was, is), enoughFound(was, is)
		})
		e.judge(e.P != nil && *e.P <= rareEnough+tolerance, *e.Net < 0)
	}
	return e
}

// enoughFound tells whether the bugs of two times can be compared.
func enoughFound(was, is slot) bool {
	return was.bugs+is.bugs >= enoughBugs && was.others+is.others >= enoughBugs &&
		was.bugs+was.others > 0 && is.bugs+is.others > 0
}

func (s slot) bugCount() BugCount {
	c := BugCount{Bugs: s.bugs, Others: s.others, Generations: s.generations}
	if s.generations > 0 {
		rate := 100 * share(s.bugs, s.generations)
		c.Per100 = &rate
	}
	return c
}

// shift is the size of the change of the pattern's share of bugs: that of the
// log odds, halves added to keep it finite.
func shift(was, is slot) float64 {
	odds := func(s slot) float64 { return math.Log((float64(s.bugs) + 0.5) / (float64(s.others) + 0.5)) }
	return math.Abs(odds(is) - odds(was))
}

// placebo compares the size of an effect with those at moments at which nothing
// happened.
func (h *history) placebo(i int, size float64, effect func(cut) (size float64, ok bool)) Placebo {
	var p Placebo
	for _, c := range h.cuts(i) {
		other, ok := effect(c)
		if !ok {
			continue
		}
		p.Cuts++
		if other >= size-tolerance {
			p.AsLarge++
		}
	}
	if p.Cuts > 0 {
		chance := float64(p.AsLarge+1) / float64(p.Cuts+1)
		p.P = &chance
	}
	return p
}

// judge decides on an effect that has enough data.
func (j *Judgement) judge(beyondChance, better bool) {
	j.Verdict = EffectUnproven
	switch {
	case !beyondChance:
		return
	case float64(j.Placebo.AsLarge) > rareEnough*float64(j.Placebo.Cuts):
		j.Reason = ReasonPlacebo
		return
	case better:
		j.Verdict = EffectBetter
	default:
		j.Verdict = EffectWorse
	}
	j.Evidence = Inconclusive
	if j.Placebo.P != nil && *j.Placebo.P <= rareEnough+tolerance {
		j.Evidence = Conclusive
	}
}
