// Package history keeps the values of KPIs in the database.
package history

import (
	"context"

	"github.com/doronpers/feedback-loop-go/kpi"
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
// up to the report, and those of the report itself: what a team would have
// that saved a report every Monday.
func Write(ctx context.Context, db *store.DB, report kpi.Report, weeks int) error {
	monday := kpi.Week(report.AsOf.UTC())
	for week := weeks - 1; week >= 0; week-- {
		past, err := kpi.Compute(ctx, db, kpi.Query{AsOf: monday.AddDate(0, 0, -7*week)})
		if err != nil {
			return err
		}
		if err := Save(ctx, db, past); err != nil {
			return err
		}
	}
	return Save(ctx, db, report)
}
