package kpi

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/uptrace/bun"
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
	period     period
	excluded   bool // by the source column
	confidence sql.NullFloat64
	success    sql.NullInt64
	count      sql.NullInt64
	list       sql.RawBytes // patterns_applied; nil is NULL
	hasError   bool
	metadata   sql.RawBytes // where it may name an excluded source
}

// readGenerations adds the generations of a database. Rows are streamed:
// grouping them in SQL costs SQLite a sort that is slower than this.
func (f *facts) readGenerations(ctx context.Context, db bun.IDB) error {
	q := f.scope(db.NewSelect().TableExpr(generationTable)).ColumnExpr("id")
	q = f.selectPeriod(q, "timestamp").
		ColumnExpr("CASE WHEN source IN (?) THEN 1 ELSE 0 END", bun.List(f.ExcludeSources)).
		ColumnExpr("confidence").
		ColumnExpr("CASE WHEN success THEN 1 WHEN NOT success THEN 0 END").
		ColumnExpr("patterns_count, patterns_applied").
		ColumnExpr("CASE WHEN TRIM(compilation_error, ?) <> '' THEN 1 ELSE 0 END", blanks).
		ColumnExpr("CASE WHEN ? THEN generation_metadata END", f.mayNameExcluded())
	rows, err := q.Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what there is to say

	var g generation
	for rows.Next() {
		if err := rows.Scan(&g.id, &g.period, &g.excluded, &g.confidence, &g.success,
			&g.count, &g.list, &g.hasError, &g.metadata); err != nil {
			return err
		}
		f.addGeneration(&g)
	}
	return rows.Err()
}

// blanks are the characters of which a blank text consists: those that
// unicode.IsSpace knows. TRIM alone strips nothing but spaces.
const blanks = "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006" +
	"\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"

// mayNameExcluded is true of every row whose metadata names an excluded
// source, and of few others. Access to JSON differs between databases, text
// does not; the metadata of these rows is then read in Go.
func (p plan) mayNameExcluded() bun.Safe {
	var any []string
	for _, source := range p.ExcludeSources {
		// What JSON or LIKE may write otherwise is left open.
		pattern := strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
				return r
			}
			return '%'
		}, source)
		any = append(any, "CAST(generation_metadata AS TEXT) LIKE '%"+pattern+"%'")
	}
	if len(any) == 0 {
		return "1 = 0"
	}
	return bun.Safe(strings.Join(any, " OR "))
}

// excludedBy tells whether metadata name an excluded source.
func (p plan) excludedBy(metadata []byte) bool {
	if len(metadata) == 0 {
		return false
	}
	var m struct {
		Source string `json:"source"`
	}
	// Metadata that are no object, or whose source is no string, name none.
	return json.Unmarshal(metadata, &m) == nil && m.Source != "" && slices.Contains(p.ExcludeSources, m.Source)
}

func (f *facts) addGeneration(g *generation) {
	in := &f.generations[g.period]
	if g.excluded || f.excludedBy(g.metadata) {
		in.excluded++
		return
	}
	in.rows++
	f.addConfidence(in, g)
	f.addPatterns(in, g)

	succeeded, failed := g.success.Valid && g.success.Int64 != 0, g.success.Valid && g.success.Int64 == 0
	if succeeded {
		in.outcomes.hits++
	}
	if failed {
		in.outcomes.misses++
	}
	if g.hasError {
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
	case g.success.Valid:
		in.known.add(c.Float64, g.success.Int64 != 0)
	default:
		in.unknown[c.Float64]++
	}
}

func (f *facts) addPatterns(in *generationFacts, g *generation) {
	l := f.list(g.list)
	switch {
	case g.count.Valid && g.count.Int64 < 0:
		in.badPattern++
		f.refuse(generationTable, g.id, fmt.Sprintf("patterns_count %d is negative", g.count.Int64))
	case g.count.Valid:
		in.patterns[g.count.Int64]++
		if l.state == listKnown && l.names != g.count.Int64 {
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

// maxLists bounds the memory of lists that were read before.
const maxLists = 1 << 16

func (f *facts) list(text []byte) list {
	if len(text) == 0 {
		return list{}
	}
	if l, ok := f.lists[string(text)]; ok {
		return l
	}
	l := parseList(text)
	if len(f.lists) < maxLists {
		f.lists[string(text)] = l
	}
	return l
}

// parseList counts the strings of a JSON array.
func parseList(text []byte) list {
	if bytes.Equal(bytes.TrimSpace(text), []byte("null")) {
		return list{}
	}
	var elements []any
	if err := json.Unmarshal(text, &elements); err != nil {
		return list{state: listInvalid}
	}
	l := list{state: listKnown}
	for _, e := range elements {
		if _, ok := e.(string); ok {
			l.names++
		}
	}
	return l
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
