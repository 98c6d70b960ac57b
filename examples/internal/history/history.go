// Package history keeps the values of KPIs in the database.
package history

import (
	"context"
	"fmt"
	"time"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
)

// Save keeps the KPIs of the report as those of its day.
func Save(ctx context.Context, db *store.DB, report kpi.Report) error {
	snapshots, err := report.Snapshots()
	if err != nil {
		return err
	}
	return db.SaveSnapshots(ctx, snapshots)
}

// Write keeps the KPIs as they were at the beginning of each of so many weeks
// up to asOf, and at asOf itself, of all organizations together and of each:
// what a team would have that saved these reports every Monday.
func Write(ctx context.Context, db *store.DB, asOf time.Time, weeks int) error {
	var organizations []int64
	if err := db.NewSelect().Model((*api.Organization)(nil)).Column("id").OrderExpr("id").Scan(ctx, &organizations); err != nil {
		return fmt.Errorf("list the organizations: %w", err)
	}
	scopes := [][]int64{nil}
	for _, id := range organizations {
		scopes = append(scopes, []int64{id})
	}
	monday := kpi.Week(asOf.UTC())
	for week := weeks - 1; week >= 0; week-- {
		if err := save(ctx, db, monday.AddDate(0, 0, -7*week), scopes); err != nil {
			return err
		}
	}
	return save(ctx, db, asOf, scopes)
}

// save keeps the KPIs of each scope as those of the day of asOf.
func save(ctx context.Context, db *store.DB, asOf time.Time, scopes [][]int64) error {
	var snapshots []metrics.KPISnapshot
	for _, organizations := range scopes {
		report, err := kpi.Compute(ctx, db, kpi.Query{AsOf: asOf, Organizations: organizations})
		if err != nil {
			return err
		}
		rows, err := report.Snapshots()
		if err != nil {
			return err
		}
		snapshots = append(snapshots, rows...)
	}
	return db.SaveSnapshots(ctx, snapshots)
}
