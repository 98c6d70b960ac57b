package main

import (
	"context"
	"fmt"
	"io"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/store"
)

// dimensions are what -outcomes takes.
var dimensions = map[string]kpi.Dimension{
	"all":     "",
	"model":   kpi.ByModel,
	"pattern": kpi.ByPattern,
	"project": kpi.ByProject,
	"source":  kpi.BySource,
}

// writeOutcomes writes what became of the generations.
func writeOutcomes(ctx context.Context, w io.Writer, db *store.DB, by kpi.Dimension, q kpi.Query, asJSON, asMarkdown bool) error {
	table, err := kpi.Outcomes(ctx, db, q, by)
	if err != nil {
		return err
	}
	switch {
	case asJSON:
		err = program.WriteJSON(w, table)
	case asMarkdown:
		err = table.WriteMarkdown(w)
	default:
		err = table.WriteTable(w)
	}
	if err != nil {
		return fmt.Errorf("write the outcomes: %w", err)
	}
	return nil
}
