package export

import (
	"context"
	"fmt"
	"reflect"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Options tunes an export. The zero value takes the events of all
// organizations.
type Options struct {
	// OrganizationID restricts the export to the events of one organization.
	OrganizationID *int64

	// Progress is called now and then with the number of events written since
	// the last call.
	Progress func(events int)
}

// table is one of the event tables.
type table struct {
	list string        // its name in the JSON of feedback-loop
	name string        // in the database
	row  metrics.Event // of its type

	// page returns the events that follow a key, in the order of their keys.
	page func(ctx context.Context, db bun.IDB, after string, o Options) ([]metrics.Event, error)
}

var tables = []table{
	{"bugs", "metrics_bugs", new(metrics.Bug), page[metrics.Bug]},
	{"test_failures", "metrics_test_failures", new(metrics.TestFailure), page[metrics.TestFailure]},
	{"code_reviews", "metrics_code_reviews", new(metrics.CodeReview), page[metrics.CodeReview]},
	{"performance_metrics", "metrics_performance", new(metrics.Performance), page[metrics.Performance]},
	{"deployment_issues", "metrics_deployment", new(metrics.Deployment), page[metrics.Deployment]},
	{"code_generation", "metrics_code_generation", new(metrics.CodeGeneration), page[metrics.CodeGeneration]},
}

// Tables are the names of the event tables, in the order in which they are
// written.
func Tables() []string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.name
	}
	return names
}

// pageEvents is how many events are in memory at once.
const pageEvents = 1000

func page[M any, E interface {
	*M
	metrics.Event
}](ctx context.Context, db bun.IDB, after string, o Options) ([]metrics.Event, error) {
	var rows []M
	query := db.NewSelect().Model(&rows).Where("event_key > ?", after).OrderExpr("event_key").Limit(pageEvents)
	if o.OrganizationID != nil {
		query.Where("organization_id = ?", *o.OrganizationID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	events := make([]metrics.Event, len(rows))
	for i := range rows {
		events[i] = E(&rows[i])
	}
	return events, nil
}

// events calls write for each event of the table.
func (t table) events(ctx context.Context, db bun.IDB, o Options, write func(metrics.Event) error) error {
	for after := ""; ; {
		events, err := t.page(ctx, db, after, o)
		if err != nil {
			return fmt.Errorf("export: read %s: %w", t.name, err)
		}
		for _, e := range events {
			if err := write(e); err != nil {
				return fmt.Errorf("export: write %s: %w", t.name, err)
			}
		}
		if o.Progress != nil {
			o.Progress(len(events))
		}
		if len(events) < pageEvents {
			return nil
		}
		after = events[len(events)-1].Provenance().EventKey
	}
}

// columns are those that are exported.
func (t table) columns(db bun.IDB) []*schema.Field {
	var kept []*schema.Field
	for _, field := range db.Dialect().Tables().Get(reflect.TypeOf(t.row)).DataFields {
		if field.Name != "organization_id" {
			kept = append(kept, field)
		}
	}
	return kept
}

// value is what an event has in a column: nil for NULL, else a string, int64,
// float64, bool, metrics.JSON or metrics.Names.
func value(e metrics.Event, column *schema.Field) any {
	v := column.Value(reflect.ValueOf(e).Elem())
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice:
		if v.IsNil() {
			return nil
		}
	default:
	}
	switch v := reflect.Indirect(v).Interface().(type) {
	case metrics.Time:
		return v.UTC().Format(timeLayout)
	case metrics.Severity:
		return string(v)
	default:
		return v
	}
}

// timeLayout has microseconds, as the databases do.
const timeLayout = "2006-01-02T15:04:05.000000Z07:00"
