package kpi

import (
	"context"
	"database/sql"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

const deploymentTable = "metrics_deployment"

// eventTables are the tables of the six kinds of events.
var eventTables = []string{
	bugTable, failureTable, reviewTable, performanceTable, deploymentTable, generationTable,
}

// instant is a time that may be missing.
type instant struct {
	at    time.Time
	known bool
}

// before tells whether the instant is known and before t.
func (i instant) before(t time.Time) bool { return i.known && i.at.Before(t) }

// readFirstSeen learns when each kind of event was first recorded.
func (f *facts) readFirstSeen(ctx context.Context, db bun.IDB) error {
	for _, table := range eventTables {
		var first sql.Null[metrics.Time]
		err := f.scope(db.NewSelect().TableExpr(table)).
			ColumnExpr("MIN(timestamp)").
			Scan(ctx, &first)
		if err != nil {
			return err
		}
		if first.Valid {
			f.addSeen(table, first.V.Time)
		}
	}
	return nil
}

func (f *facts) addSeen(table string, at time.Time) {
	if first := f.firstSeen[table]; !first.known || at.Before(first.at) {
		f.firstSeen[table] = instant{at: at, known: true}
	}
}

// earliest is when anything was first recorded.
func (f *facts) earliest() instant {
	var first instant
	for _, seen := range f.firstSeen {
		if !first.known || seen.at.Before(first.at) {
			first = seen
		}
	}
	return first
}
