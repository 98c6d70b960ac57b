package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"

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
		tables, end := db.chunk(events, next)
		chunk, err := db.insertChunk(ctx, tables)
		if err != nil {
			return receipt, fmt.Errorf("store: insert: %w", err)
		}
		receipt.Add(chunk)
		next = end
	}
	return receipt, nil
}

// chunk cuts a chunk off the events from start on, and sorts it by table. It
// returns the index of the first event behind it.
func (db *DB) chunk(events []metrics.Event, start int) (tables []*tableEvents, end int) {
	byName, size := map[string]*tableEvents{}, 0
	for end = start; end < len(events) && end < start+chunkRows && size < chunkBytes; end++ {
		e := events[end]
		t := byName[e.Table()]
		if t == nil {
			t = &tableEvents{table: e.Table(), columns: db.columns(e)}
			byName[e.Table()] = t
		}
		t.events = append(t.events, e)
		t.index = append(t.index, end)
		size += t.size(e)
	}
	// In the order of their names, so that transactions do not lock each other
	// out.
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		tables = append(tables, byName[name])
	}
	return tables, end
}

// insertChunk stores events in one transaction. Most chunks hold nothing that
// the database refuses: only when one does, the rows at fault are looked for.
func (db *DB) insertChunk(ctx context.Context, tables []*tableEvents) (Receipt, error) {
	receipt, err := db.insertWith(ctx, tables, engine.insertAll)
	if isRefusal(err) {
		receipt, err = db.insertWith(ctx, tables, engine.isolate)
	}
	return receipt, err
}

type inserter func(e engine, ctx context.Context, conn bun.Conn, t *tableEvents) (stored int, refused []Refusal, err error)

func (db *DB) insertWith(ctx context.Context, tables []*tableEvents, insert inserter) (receipt Receipt, err error) {
	err = db.write(ctx, func(ctx context.Context, conn bun.Conn, _ bun.Tx) error {
		receipt = Receipt{Tables: map[string]Count{}} // write may repeat
		for _, t := range tables {
			stored, refused, err := insert(db.engine, ctx, conn, t)
			if err != nil {
				return err
			}
			receipt.Tables[t.table] = Count{Stored: stored, Refused: len(refused), Duplicate: len(t.events) - stored - len(refused)}
			receipt.Refused = append(receipt.Refused, refused...)
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

// insertAll stores events of which the database refuses none. The refused ones
// are those that Validate refuses.
func (e engine) insertAll(ctx context.Context, conn bun.Conn, t *tableEvents) (stored int, refused []Refusal, err error) {
	stored, err = e.insert(ctx, conn, t, func(yield func(*rows) bool) {
		refused = nil // insert may begin again
		for r := range ahead(t.rows()) {
			refused = append(refused, r.refused...)
			if !yield(r) {
				return
			}
		}
	})
	return stored, refused, err
}

// isolate stores events of which the database refuses some, by halving until
// each of these is alone.
func (e engine) isolate(ctx context.Context, conn bun.Conn, t *tableEvents) (stored int, refused []Refusal, err error) {
	if _, err := conn.ExecContext(ctx, "SAVEPOINT attempt"); err != nil {
		return 0, nil, err
	}
	stored, refused, refusal := e.insertAll(ctx, conn, t)
	if refusal == nil {
		_, err := conn.ExecContext(ctx, "RELEASE SAVEPOINT attempt")
		return stored, refused, err
	}
	if refusal = Classify(refusal); !isRefusal(refusal) {
		return 0, nil, refusal
	}
	for _, statement := range []string{"ROLLBACK TO SAVEPOINT attempt", "RELEASE SAVEPOINT attempt"} {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return 0, nil, err
		}
	}
	n := len(t.events)
	if n == 1 {
		return 0, []Refusal{{Index: t.index[0], Table: t.table, Err: fmt.Errorf("store: insert: %w", refusal)}}, nil
	}
	stored, refused = 0, nil
	for _, half := range []*tableEvents{t.slice(0, n/2), t.slice(n/2, n)} {
		s, r, err := e.isolate(ctx, conn, half)
		if err != nil {
			return 0, nil, err
		}
		stored += s
		refused = append(refused, r...)
	}
	return stored, refused, nil
}
