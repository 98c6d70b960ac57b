package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"maps"
	"reflect"
	"slices"
	"sync"

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
		chunk, n, err := db.insertChunk(ctx, events, next)
		if err != nil {
			return receipt, fmt.Errorf("store: insert: %w", err)
		}
		receipt.add(chunk)
		next += n
	}
	return receipt, nil
}

// insertChunk stores events from start on in one transaction and returns how
// many they were. Most chunks hold nothing that the database refuses: only when
// one does, the rows at fault are looked for.
func (db *DB) insertChunk(ctx context.Context, events []metrics.Event, start int) (Receipt, int, error) {
	receipt, n, err := db.insertWith(ctx, events, start, engine.insertAll)
	if isRefusal(err) {
		receipt, n, err = db.insertWith(ctx, events, start, engine.isolate)
	}
	return receipt, n, err
}

type inserter func(e engine, ctx context.Context, conn bun.Conn, tx bun.Tx, r *rows) (stored int, refused []Refusal, err error)

func (db *DB) insertWith(ctx context.Context, events []metrics.Event, start int, insert inserter) (receipt Receipt, n int, err error) {
	end := min(start+chunkRows, len(events))
	err = db.write(ctx, func(ctx context.Context, conn bun.Conn, tx bun.Tx) error {
		receipt, n = Receipt{Tables: map[string]Count{}}, 0 // write may repeat
		size := 0
		for b := range ahead(db.blocks(events[:end], start)) {
			for _, r := range b.tables {
				stored, refused, err := insert(db.engine, ctx, conn, tx, r)
				if err != nil {
					return err
				}
				b.refused = append(b.refused, refused...)
				receipt.count(r.table, Count{Stored: stored, Duplicate: r.len() - stored - len(refused)})
			}
			receipt.refuse(b.refused)
			n += b.events
			if size += b.size; size >= chunkBytes {
				break
			}
		}
		return nil
	})
	return receipt, n, err
}

// block is what is made ready for the database while it stores the block before.
type block struct {
	events  int
	size    int       // of the rows, in bytes
	tables  []*rows   // in the order of their names, so that transactions do not lock each other out
	refused []Refusal // by Validate
}

// blocks cuts events from start on into blocks.
func (db *DB) blocks(events []metrics.Event, start int) iter.Seq[block] {
	return func(yield func(block) bool) {
		for start < len(events) {
			b := db.gather(events, start)
			if !yield(b) {
				return
			}
			start += b.events
		}
	}
}

// gather makes a block of the events from start on.
func (db *DB) gather(events []metrics.Event, start int) block {
	var (
		b      block
		tables = map[string]*rows{}
	)
	for i := start; i < len(events) && b.events < db.engine.blockRows && b.size < chunkBytes; i++ {
		e := events[i]
		b.events++
		metrics.Complete(e)
		if err := e.Validate(); err != nil {
			b.refused = append(b.refused, Refusal{Index: i, Table: e.Table(), Err: err})
			continue
		}
		r := tables[e.Table()]
		if r == nil {
			r = &rows{table: e.Table(), columns: db.Table(reflect.TypeOf(e)).DataFields}
			tables[e.Table()] = r
		}
		b.size += r.add(i, e)
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		b.tables = append(b.tables, tables[name])
	}
	return b
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

// rows are valid events of one table, as the driver takes them.
type rows struct {
	table   string
	columns []*schema.Field
	index   []int // of each event in what Insert was given
	values  []any // of all columns of the first row, then of the second, …: nil, string, int64, float64, bool or time.Time
}

func (r *rows) len() int { return len(r.index) }

func (r *rows) row(i int) []any { return r.values[i*len(r.columns) : (i+1)*len(r.columns)] }

// slice returns the rows from one to another.
func (r *rows) slice(from, to int) *rows {
	return &rows{
		table:   r.table,
		columns: r.columns,
		index:   r.index[from:to],
		values:  r.values[from*len(r.columns) : to*len(r.columns)],
	}
}

// add appends an event and returns about how many bytes it takes.
func (r *rows) add(index int, e metrics.Event) (size int) {
	r.index = append(r.index, index)
	model := reflect.ValueOf(e).Elem()
	for _, column := range r.columns {
		value := valueOf(column.Value(model))
		switch v := value.(type) {
		case string:
			size += len(v)
		case float64:
			if v == 0 {
				value = 0.0 // SQLite does not keep the sign of -0
			}
		}
		size += 8
		r.values = append(r.values, value)
	}
	return size
}

// valueOf is what a driver takes for a field of a model. Texts and numbers are
// most of them, and the general way would copy each of them twice.
func valueOf(field reflect.Value) any {
	switch field.Kind() {
	case reflect.String:
		return field.String()
	case reflect.Int64:
		return field.Int()
	case reflect.Pointer:
		if field.IsNil() {
			return nil
		}
		return valueOf(field.Elem())
	default:
	}
	value, err := driver.DefaultParameterConverter.ConvertValue(field.Interface())
	if err != nil { // no column of an event is of a type without values
		panic(fmt.Errorf("store: insert: %w", err))
	}
	return value
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
