package kpi

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

const generationTable = "metrics_code_generation"

// generationFacts is what the KPIs need to know about the generations of one
// period.
type generationFacts struct {
	rows       int64 // of sources that are not excluded
	excluded   int64
	duplicates int64

	outcomes   outcomes          // known ones
	known      Tally             // valid confidences whose outcome is known
	unknown    map[float64]int64 // valid confidences whose outcome is not
	noLevel    int64             // confidence NULL
	badLevel   int64             // confidence invalid
	patterns   map[int64]int64   // generations by their number of patterns
	noPatterns int64             // neither count nor list
	badPattern int64             // neither count nor readable list
	mismatched int64             // count and list disagree
	errors     int64             // with a compilation error
	impossible int64             // success with a compilation error
	failedSo   int64             // failures with a compilation error
}

func newGenerationFacts() generationFacts {
	return generationFacts{unknown: map[float64]int64{}, patterns: map[int64]int64{}}
}

// generation is one row as far as the KPIs look at it.
type generation struct {
	id         int64
	flags      int // its period, and what is known of it
	confidence sql.NullFloat64
	count      sql.NullInt64 // of its patterns
	list       sql.RawBytes  // patterns_applied, where the count does not say all; nil is NULL
}

// The flags of a generation stand above its period. They are one column,
// because half of the time of a report goes by columns times rows.
const (
	flagSuccess    = 4 << iota
	flagFailure    // neither of the two: the outcome is unknown
	flagError      // a compilation error that is not blank
	flagExcluded   // by its source
	flagMismatched // the list holds another number of patterns than the count says
	periodMask     = flagSuccess - 1
)

func (g *generation) has(flag int) bool { return g.flags&flag != 0 }

// readGenerations returns what adds the generations of one period of a
// database. Rows are streamed: grouping them in SQL costs SQLite a sort that is
// slower than this.
func (f *facts) readGenerations(when period) func(context.Context, bun.IDB) error {
	return func(ctx context.Context, db bun.IDB) error {
		id := "0" // of which only strict mode makes use
		if f.Strict {
			id = "id"
		}
		query := f.scope(db.NewSelect().TableExpr(generationTable)).
			ColumnExpr("? AS id", bun.Safe(id)).
			ColumnExpr("? + (CASE WHEN success THEN ? WHEN NOT success THEN ? ELSE 0 END)"+
				" + (CASE WHEN has_error THEN ? ELSE 0 END)"+
				" + (CASE WHEN ? THEN ? ELSE 0 END)"+
				" + (CASE WHEN patterns_count <> patterns_listed THEN ? ELSE 0 END) AS flags",
				when, flagSuccess, flagFailure, flagError,
				f.excluded(), flagExcluded, flagMismatched).
			ColumnExpr("confidence").
			ColumnExpr("COALESCE(patterns_count, patterns_listed) AS count").
			ColumnExpr("CASE WHEN patterns_listed IS NULL THEN patterns_applied END AS list")
		rows, err := f.within(query, when).Rows(ctx)
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // rows.Err says what there is to say

		var g generation
		for rows.Next() {
			if err := rows.Scan(&g.id, &g.flags, &g.confidence, &g.count, &g.list); err != nil {
				return err
			}
			f.addGeneration(&g)
		}
		return rows.Err()
	}
}

// within leaves out what lies in another period.
func (p plan) within(q *bun.SelectQuery, when period) *bun.SelectQuery {
	switch when {
	case future:
		return q.Where("timestamp >= ?", p.window.End)
	case current:
		return q.Where("timestamp >= ?", p.window.Start).Where("timestamp < ?", p.window.End)
	default:
		return q.Where("timestamp >= ?", p.previous.Start).Where("timestamp < ?", p.window.Start)
	}
}

// excluded is the condition that a source or metadata name an excluded source.
func (p plan) excluded() schema.QueryWithArgs {
	sources := bun.List(p.ExcludeSources)
	return bun.SafeQuery("source IN (?) OR metadata_source IN (?)", sources, sources)
}

// excludedBy tells whether metadata name an excluded source.
func (p plan) excludedBy(metadata []byte) bool {
	if len(metadata) == 0 {
		return false
	}
	var m map[string]any // encoding/json would take "Source" for the key of a field
	// Metadata that are no object, or whose source is no string, name none.
	if json.Unmarshal(metadata, &m) != nil {
		return false
	}
	source, ok := m["source"].(string)
	return ok && slices.Contains(p.ExcludeSources, source)
}

func (f *facts) addGeneration(g *generation) {
	in := &f.generations[g.flags&periodMask]
	if g.has(flagExcluded) {
		in.excluded++
		return
	}
	in.rows++
	f.addConfidence(in, g)
	f.addPatterns(in, g)

	succeeded, failed := g.has(flagSuccess), g.has(flagFailure)
	if succeeded {
		in.outcomes.hits++
	}
	if failed {
		in.outcomes.misses++
	}
	if g.has(flagError) {
		in.errors++
		if succeeded {
			in.impossible++
		}
		if failed {
			in.failedSo++
		}
	}
}

func (f *facts) addConfidence(in *generationFacts, g *generation) {
	switch c := g.confidence; {
	case !c.Valid:
		in.noLevel++
	case !isShare(c.Float64):
		in.badLevel++
		f.refuse(generationTable, g.id, fmt.Sprintf("confidence %v is outside [0, 1]", c.Float64))
	case g.has(flagSuccess), g.has(flagFailure):
		in.known.add(c.Float64, g.has(flagSuccess))
	default:
		in.unknown[c.Float64]++
	}
}

func (f *facts) addPatterns(in *generationFacts, g *generation) {
	l := parseList(g.list)
	switch {
	case g.count.Valid && g.count.Int64 < 0:
		in.badPattern++
		f.refuse(generationTable, g.id, fmt.Sprintf("patterns_count %d is negative", g.count.Int64))
	case g.count.Valid:
		in.patterns[g.count.Int64]++
		if g.has(flagMismatched) || l.state == listKnown && l.names != g.count.Int64 {
			in.mismatched++
		}
	case l.state == listKnown:
		in.patterns[l.names]++
	case l.state == listInvalid:
		in.badPattern++
		f.refuse(generationTable, g.id, "patterns_applied is no JSON array")
	default:
		in.noPatterns++
	}
}

// list is what patterns_applied holds.
type list struct {
	state listState
	names int64
}

type listState int

const (
	listUnknown listState = iota // SQL NULL or JSON null
	listInvalid                  // no array
	listKnown
)

// parseList counts the strings of a JSON array.
func parseList(text []byte) list {
	if len(text) == 0 {
		return list{}
	}
	if n, ok := countPlain(text); ok {
		return list{state: listKnown, names: n}
	}
	var elements []any
	if err := json.Unmarshal(text, &elements); err != nil {
		return list{state: listInvalid}
	}
	if elements == nil { // null
		return list{}
	}
	l := list{state: listKnown}
	for _, e := range elements {
		if _, ok := e.(string); ok {
			l.names++
		}
	}
	return l
}

// countPlain counts the strings of an array of nothing but strings without
// escapes, the way lists look nearly always. It is false for everything else.
// Reading a million lists with encoding/json takes longer than all the rest.
func countPlain(text []byte) (n int64, ok bool) {
	if len(text) < 2 || text[0] != '[' || text[len(text)-1] != ']' {
		return 0, false
	}
	rest := text[1 : len(text)-1]
	if len(rest) == 0 {
		return 0, true
	}
	for {
		rest = bytes.TrimLeft(rest, " ")
		if len(rest) == 0 || rest[0] != '"' {
			return 0, false
		}
		end := 1
		for end < len(rest) && rest[end] != '"' {
			if rest[end] == '\\' || rest[end] < ' ' {
				return 0, false
			}
			end++
		}
		if end == len(rest) {
			return 0, false
		}
		n++
		if rest = rest[end+1:]; len(rest) == 0 {
			return n, true
		}
		if rest[0] != ',' {
			return 0, false
		}
		rest = rest[1:]
	}
}

// readDuplicates counts the generations that repeat an earlier one: the same
// prompt and confidence in the same microsecond. An export that ran twice
// leaves such rows.
func (f *facts) readDuplicates(ctx context.Context, db bun.IDB) error {
	// The times that occur twice come out of the index alone; only their rows
	// are compared.
	crowded := f.scope(db.NewSelect().TableExpr(generationTable)).
		Column("timestamp").
		Where("timestamp >= ?", f.previous.Start).
		Group("timestamp").Having("COUNT(*) > 1")
	groups := f.selectPeriod(f.scope(db.NewSelect().TableExpr(generationTable)), "timestamp").
		ColumnExpr("COUNT(*) AS copies").
		Where("timestamp IN (?)", crowded).
		GroupExpr("timestamp, confidence, prompt").Having("COUNT(*) > 1")

	var counts []struct {
		Period period
		Copies int64
	}
	err := db.NewSelect().TableExpr("(?) AS same", groups).
		ColumnExpr("period, CAST(SUM(copies - 1) AS BIGINT) AS copies").
		Group("period").
		Scan(ctx, &counts)
	for _, c := range counts {
		f.generations[c.Period].duplicates = c.Copies
	}
	return err
}
