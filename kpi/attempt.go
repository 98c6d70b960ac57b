package kpi

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// attempt is one generation as the analyses see it: who made it when, from
// what, and how it ended. Its bytes are good until the next row.
type attempt struct {
	id              int64
	at              metrics.Time
	organization    sql.NullInt64
	project, source sql.NullString
	confidence      sql.NullFloat64
	success         sql.NullBool
	list            sql.RawBytes // patterns_applied
	metadata        sql.RawBytes // where they are wanted
}

// eachAttempt streams the generations in scope of a window and returns how many
// it left out because of their source. Metadata are read in whole only where
// they are wanted: they are most of a row.
func (p plan) eachAttempt(ctx context.Context, db bun.IDB, w Window, metadata bool, visit func(*attempt)) (excluded int64, err error) {
	wanted := bun.Safe("1 = 0")
	if metadata {
		wanted = "1 = 1"
	}
	rows, err := p.scope(db.NewSelect().TableExpr(generationTable)).
		ColumnExpr("id, timestamp, organization_id, project, source, confidence").
		ColumnExpr("CASE WHEN success THEN 1 WHEN NOT success THEN 0 END").
		ColumnExpr("patterns_applied").
		ColumnExpr("CASE WHEN ? THEN generation_metadata END", wanted).
		ColumnExpr("CASE WHEN ? THEN 1 ELSE 0 END", p.excluded()).
		Where("timestamp >= ?", w.Start).
		Where("timestamp < ?", w.End).
		Rows(ctx)
	if err != nil {
		return 0, err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what there is to say

	var a attempt
	var left bool
	for rows.Next() {
		if err := rows.Scan(&a.id, &a.at, &a.organization, &a.project, &a.source, &a.confidence,
			&a.success, &a.list, &a.metadata, &left); err != nil {
			return 0, err
		}
		if left {
			excluded++
			continue
		}
		visit(&a)
	}
	return excluded, rows.Err()
}

// patterns returns the names that the generation applied, each once, in order.
func (a *attempt) patterns() ([]string, listState) {
	if len(a.list) == 0 {
		return nil, listUnknown
	}
	var elements []any
	if err := json.Unmarshal(a.list, &elements); err != nil {
		return nil, listInvalid
	}
	if elements == nil { // null
		return nil, listUnknown
	}
	names := make([]string, 0, len(elements))
	for _, e := range elements {
		if name, ok := e.(string); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), listKnown
}

// model returns the model that the metadata name, false when they name none.
func (a *attempt) model() (string, bool) {
	var m struct {
		Model string `json:"model"`
	}
	if len(a.metadata) == 0 || json.Unmarshal(a.metadata, &m) != nil {
		return "", false
	}
	return m.Model, m.Model != ""
}

// futureAttempts counts the generations at or after as_of.
func (p plan) futureAttempts(ctx context.Context, db bun.IDB) (int64, error) {
	return p.scope(db.NewSelect().TableExpr(generationTable)).Where("timestamp >= ?", p.AsOf).Count(ctx)
}
