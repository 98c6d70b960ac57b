package store

import (
	"database/sql/driver"
	"fmt"
	"iter"
	"reflect"
	"sync"

	"github.com/uptrace/bun/schema"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// tableEvents are the events of a chunk that belong to one table.
type tableEvents struct {
	table   string
	columns []*schema.Field
	events  []metrics.Event
	index   []int // of each event in what Insert was given
}

// columns are those of an event's table that Insert fills: all but the id.
func (db *DB) columns(e metrics.Event) []*schema.Field {
	return db.Table(reflect.TypeOf(e)).DataFields
}

// slice returns the events from one to another.
func (t *tableEvents) slice(from, to int) *tableEvents {
	return &tableEvents{table: t.table, columns: t.columns, events: t.events[from:to], index: t.index[from:to]}
}

// size is about how many bytes an event takes in the database.
func (t *tableEvents) size(e metrics.Event) int {
	model, size := reflect.ValueOf(e).Elem(), 0
	for _, column := range t.columns {
		size += 8
		switch value := reflect.Indirect(column.Value(model)); value.Kind() {
		case reflect.String, reflect.Slice:
			size += value.Len()
		default:
		}
	}
	return size
}

// into is the beginning of a statement that inserts into the columns.
func (t *tableEvents) into() string { return "INSERT INTO " + t.table + " (" + t.list() + ") " }

// list is the list of the columns.
func (t *tableEvents) list() string {
	var b []byte
	for i, column := range t.columns {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, column.SQLName...)
	}
	return string(b)
}

// manyRows is how many rows are made ready at once.
const manyRows = 1000

// rows are valid events as the driver takes them.
type rows struct {
	width   int       // columns
	values  []any     // of all columns of the first row, then of the second, …: nil, string, int64, float64, bool or time.Time
	refused []Refusal // events among them that Validate refuses
}

func (r *rows) len() int { return len(r.values) / r.width }

func (r *rows) row(i int) []any { return r.values[i*r.width : (i+1)*r.width] }

// rows completes and validates the events and makes rows of them, some at a
// time.
func (t *tableEvents) rows() iter.Seq[*rows] {
	return func(yield func(*rows) bool) {
		for from := 0; from < len(t.events); from += manyRows {
			if !yield(t.slice(from, min(from+manyRows, len(t.events))).ready()) {
				return
			}
		}
	}
}

func (t *tableEvents) ready() *rows {
	r := &rows{width: len(t.columns), values: make([]any, 0, len(t.events)*len(t.columns))}
	for i, e := range t.events {
		metrics.Complete(e)
		if err := e.Validate(); err != nil {
			r.refused = append(r.refused, Refusal{Index: t.index[i], Table: t.table, Err: err})
			continue
		}
		model := reflect.ValueOf(e).Elem()
		for _, column := range t.columns {
			r.values = append(r.values, driverValue(column.Value(model)))
		}
	}
	return r
}

// driverValue is what a driver takes for a field of a model. Texts and numbers
// are most of them, and the general way would copy each of them twice.
func driverValue(field reflect.Value) any {
	switch field.Kind() {
	case reflect.String:
		return field.String()
	case reflect.Int64:
		return field.Int()
	case reflect.Float64:
		if field.Float() == 0 {
			return 0.0 // SQLite does not keep the sign of -0
		}
		return field.Float()
	case reflect.Pointer:
		if field.IsNil() {
			return nil
		}
		return driverValue(field.Elem())
	default:
	}
	value, err := driver.DefaultParameterConverter.ConvertValue(field.Interface())
	if err != nil { // no column of an event is of a type without values
		panic(fmt.Errorf("store: insert: %w", err))
	}
	return value
}

// ahead yields what seq yields, of which another goroutine makes the next one
// meanwhile.
func ahead[T any](seq iter.Seq[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		var (
			next = make(chan T)
			stop = make(chan struct{})
			done sync.WaitGroup
		)
		done.Go(func() {
			defer close(next)
			for v := range seq {
				select {
				case next <- v:
				case <-stop:
					return
				}
			}
		})
		defer done.Wait()
		defer close(stop)
		for v := range next {
			if !yield(v) {
				return
			}
		}
	}
}
