package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Limits of a chunk, the events of one transaction. They bound the time for
// which other writers of SQLite wait, and what a database has to keep until the
// commit.
const (
	chunkRows  = 10_000
	chunkBytes = 16 << 20
)

// Insert stores events and tells what became of each. An event whose key is
// stored already, or occurs earlier in events, is a duplicate and adds nothing,
// so that inserting again is harmless. Within a table, rows are added in the
// order of events. Ids are given by the database; those of events are ignored.
//
// Each event is completed first (see [metrics.Complete], which changes it) and
// validated. An event that Validate or the database refuses is left out and
// does not take others with it.
//
// Insert works in chunks of at most 10,000 events, each one transaction, and
// stops at the first one that fails or when ctx ends. The receipt then counts
// the events of the committed chunks, which are the first ones of events; nothing
// of the others is stored, unless the connection was lost while the database
// committed ([ErrRetryable]). Without error the receipt counts all events.
func (db *DB) Insert(ctx context.Context, events []metrics.Event) (Receipt, error) {
	receipt := Receipt{Tables: map[string]Count{}}
	for next := 0; next < len(events); {
		c := db.gather(events, next)
		outcome, err := db.insert(ctx, c)
		if err != nil {
			return receipt, fmt.Errorf("store: insert: %w", err)
		}
		receipt.add(outcome)
		next = c.end
	}
	return receipt, nil
}

// chunk is what one transaction stores.
type chunk struct {
	tables  []*rows   // in the order of their names, so that chunks do not lock each other out
	refused []Refusal // by Validate
	end     int       // index of the first event after the chunk
}

// gather makes a chunk of the events from start on.
func (db *DB) gather(events []metrics.Event, start int) chunk {
	var (
		c      chunk
		tables = map[string]*rows{}
		size   int
	)
	for c.end = start; c.end < len(events) && c.end < start+chunkRows && size < chunkBytes; c.end++ {
		e := events[c.end]
		metrics.Complete(e)
		if err := e.Validate(); err != nil {
			c.refused = append(c.refused, Refusal{Index: c.end, Table: e.Table(), Err: err})
			continue
		}
		r := tables[e.Table()]
		if r == nil {
			r = &rows{table: e.Table(), columns: db.Table(reflect.TypeOf(e)).DataFields}
			tables[e.Table()] = r
		}
		r.events = append(r.events, e)
		r.index = append(r.index, c.end)
		size += r.size(e)
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		c.tables = append(c.tables, tables[name])
	}
	return c
}

// rows are valid events of one table.
type rows struct {
	table   string
	columns []*schema.Field
	events  []metrics.Event
	index   []int // of each event in what Insert was given
}

func (r *rows) len() int { return len(r.events) }

// slice returns the rows from one to another.
func (r *rows) slice(from, to int) *rows {
	return &rows{table: r.table, columns: r.columns, events: r.events[from:to], index: r.index[from:to]}
}

// size is about how many bytes an event takes in the database.
func (r *rows) size(e metrics.Event) int {
	model, size := reflect.ValueOf(e).Elem(), 0
	for _, column := range r.columns {
		size += 8
		switch value := reflect.Indirect(column.Value(model)); value.Kind() {
		case reflect.String, reflect.Slice:
			size += value.Len()
		default:
		}
	}
	return size
}

// values appends what a driver takes for the columns of a row: nil, string,
// int64, float64, bool or time.Time.
func (r *rows) values(dst []any, i int) []any {
	model := reflect.ValueOf(r.events[i]).Elem()
	for _, column := range r.columns {
		value, err := driver.DefaultParameterConverter.ConvertValue(column.Value(model).Interface())
		if err != nil { // no column of an event is of a type without values
			panic(fmt.Errorf("store: insert: %w", err))
		}
		if value == 0.0 {
			value = 0.0 // SQLite does not keep the sign of -0
		}
		dst = append(dst, value)
	}
	return dst
}

// into is the beginning of a statement that inserts into all columns.
func (r *rows) into() string {
	return "INSERT INTO " + r.table + " (" + r.list() + ") "
}

// list is the list of the columns.
func (r *rows) list() string {
	var b []byte
	for i, column := range r.columns {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, column.SQLName...)
	}
	return string(b)
}

// insert stores a chunk. Most chunks hold nothing that the database refuses:
// only when one does, the rows at fault are looked for.
func (db *DB) insert(ctx context.Context, c chunk) (Receipt, error) {
	receipt, err := db.insertWith(ctx, c, engine.insertAll)
	if isRefusal(err) {
		receipt, err = db.insertWith(ctx, c, engine.isolate)
	}
	return receipt, err
}

type inserter func(e engine, ctx context.Context, conn bun.Conn, tx bun.Tx, r *rows) (stored int, refused []Refusal, err error)

func (db *DB) insertWith(ctx context.Context, c chunk, insert inserter) (Receipt, error) {
	var receipt Receipt
	err := db.write(ctx, func(ctx context.Context, conn bun.Conn, tx bun.Tx) error {
		receipt = Receipt{Tables: map[string]Count{}, Refused: slices.Clone(c.refused)} // Write may repeat
		for _, r := range c.refused {
			receipt.Tables[r.Table] = receipt.Tables[r.Table].plus(Count{Refused: 1})
		}
		for _, r := range c.tables {
			stored, refused, err := insert(db.engine, ctx, conn, tx, r)
			if err != nil {
				return err
			}
			receipt.Refused = append(receipt.Refused, refused...)
			receipt.Tables[r.table] = receipt.Tables[r.table].plus(Count{
				Stored:    stored,
				Duplicate: r.len() - stored - len(refused),
				Refused:   len(refused),
			})
		}
		return nil
	})
	return receipt, err
}

// isRefusal tells whether the database refused what it was given, and would do
// so again.
func isRefusal(err error) bool {
	return errors.Is(err, ErrInvalid) || errors.Is(err, ErrConflict)
}

// insertAll stores rows of which the database refuses none.
func (e engine) insertAll(ctx context.Context, conn bun.Conn, tx bun.Tx, r *rows) (stored int, refused []Refusal, err error) {
	stored, err = e.insert(ctx, conn, tx, r)
	return stored, nil, err
}

// isolate stores rows of which the database refuses some, by halving until each
// of these is alone.
func (e engine) isolate(ctx context.Context, conn bun.Conn, tx bun.Tx, r *rows) (stored int, refused []Refusal, err error) {
	if _, err := tx.ExecContext(ctx, "SAVEPOINT attempt"); err != nil {
		return 0, nil, err
	}
	stored, refusal := e.insert(ctx, conn, tx, r)
	if refusal == nil {
		_, err := tx.ExecContext(ctx, "RELEASE SAVEPOINT attempt")
		return stored, nil, err
	}
	if refusal = Classify(refusal); !isRefusal(refusal) {
		return 0, nil, refusal
	}
	for _, statement := range []string{"ROLLBACK TO SAVEPOINT attempt", "RELEASE SAVEPOINT attempt"} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return 0, nil, err
		}
	}
	if r.len() == 1 {
		return 0, []Refusal{{Index: r.index[0], Table: r.table, Err: fmt.Errorf("store: insert: %w", refusal)}}, nil
	}
	for _, half := range []*rows{r.slice(0, r.len()/2), r.slice(r.len()/2, r.len())} {
		n, more, err := e.isolate(ctx, conn, tx, half)
		if err != nil {
			return 0, nil, err
		}
		stored += n
		refused = append(refused, more...)
	}
	return stored, refused, nil
}
