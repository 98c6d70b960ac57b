package store

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// snapshotColumns are those that a later snapshot of the same day changes.
var snapshotColumns = []string{
	"position", "title", "area", "as_of", "value", "value_text", "lower", "upper", "interval_text",
	"target_op", "target", "target_upper", "target_text", "status", "status_text", "n",
}

// SaveSnapshots keeps the values of KPIs, all of them or, on an error, none. A
// snapshot takes the place of the one that its KPI and organization have of the
// same day in UTC.
func (db *DB) SaveSnapshots(ctx context.Context, snapshots []metrics.KPISnapshot) error {
	for i := range snapshots {
		if err := snapshots[i].Validate(); err != nil {
			return fmt.Errorf("store: save snapshots: %q: %w", snapshots[i].KPI, err)
		}
	}
	if len(snapshots) == 0 {
		return nil
	}
	err := db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		insert := tx.NewInsert().Model(&snapshots).
			ExcludeColumn("id").
			On("CONFLICT (kpi, COALESCE(organization_id, 0), day) DO UPDATE").
			Returning("")
		for _, column := range snapshotColumns {
			insert.Set("? = EXCLUDED.?", bun.Ident(column), bun.Ident(column))
		}
		_, err := insert.Exec(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: save snapshots: %w", err)
	}
	return nil
}
