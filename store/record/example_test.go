package record_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
)

// exampleDB is a fresh database that done removes.
func exampleDB(ctx context.Context) (db *store.DB, done func()) {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	db, err = store.Open(ctx, filepath.Join(dir, "feedback.db"), store.Options{})
	if err != nil {
		panic(err)
	}
	if err := store.Migrate(ctx, db); err != nil {
		panic(err)
	}
	return db, func() {
		if err := errors.Join(db.Close(), os.RemoveAll(dir)); err != nil {
			panic(err)
		}
	}
}

// A service records what it generates and what becomes of it, and waits for
// nothing until it ends.
func Example() {
	ctx := context.Background()
	db, done := exampleDB(ctx)
	defer done()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

	rec := record.New(db, record.Options{})
	generation, err := rec.CodeGeneration(ctx, metrics.CodeGeneration{
		Prompt: "sum of a slice", Success: new(true), Timestamp: metrics.At(now),
	})
	if err != nil {
		panic(err)
	}
	_, err = rec.Bug(ctx, metrics.Bug{
		Origin:  metrics.Origin{GenerationKey: &generation},
		Pattern: "bounds_checking", Error: "index out of range", Timestamp: metrics.At(now.Add(time.Hour)),
	})
	if err != nil {
		panic(err)
	}

	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := rec.Close(ctx); err != nil {
		panic(err)
	}
	fmt.Printf("%+v\n", rec.Stats())
	// Output: {Accepted:2 Stored:2 Refused:0 Dropped:0 InFlight:0 Duplicates:0 Err:<nil> JournalErr:<nil>}
}

// Store returns when the event is in the database, or says why it will not be.
func ExampleRecorder_Store() {
	ctx := context.Background()
	db, done := exampleDB(ctx)
	defer done()
	rec := record.New(db, record.Options{})
	defer rec.Close(ctx)

	deployed := metrics.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	_, err := rec.Store(ctx, &metrics.Deployment{Environment: "production", Timestamp: deployed})
	fmt.Println(err)
	_, err = rec.Store(ctx, &metrics.Deployment{Timestamp: deployed})
	fmt.Println(err)
	// Output:
	// <nil>
	// record: store: metrics: environment "": must not be empty
}

// With a journal, events outlive the program and the database's bad days.
func ExampleOpenJournal() {
	ctx := context.Background()
	db, done := exampleDB(ctx)
	defer done()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "events.journal")

	// The database does not answer, and the program has to end.
	journal, err := record.OpenJournal(path, record.JournalOptions{})
	if err != nil {
		panic(err)
	}
	rec := record.New(silent{}, record.Options{Journal: journal})
	_, err = rec.Store(ctx, &metrics.Bug{
		Pattern: "bounds_checking", Error: "index out of range", Timestamp: metrics.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)),
	})
	fmt.Println(err)
	soon, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	fmt.Println(rec.Close(soon))

	// The next one finds what was left.
	if journal, err = record.OpenJournal(path, record.JournalOptions{}); err != nil {
		panic(err)
	}
	rec = record.New(db, record.Options{Journal: journal})
	fmt.Println(rec.Close(ctx), rec.Stats().Stored)
	// Output:
	// <nil>
	// record: close: 1 events not stored: context deadline exceeded
	// <nil> 1
}

// silent is a database that does not answer.
type silent struct{}

func (silent) Insert(ctx context.Context, _ []metrics.Event) (store.Receipt, error) {
	<-ctx.Done()
	return store.Receipt{}, ctx.Err()
}

// Options say what to take out of events and whom to tell of those that were
// refused.
func ExampleOptions() {
	ctx := context.Background()
	db, done := exampleDB(ctx)
	defer done()

	rec := record.New(db, record.Options{
		Redact: func(e metrics.Event) {
			if b, ok := e.(*metrics.Bug); ok {
				b.Error = strings.ReplaceAll(b.Error, "hunter2", "[password]")
			}
		},
		Refused: func(e metrics.Event, err error) { fmt.Println("refused:", e.Table(), err) },
	})
	now := metrics.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	for _, b := range []metrics.Bug{
		{Pattern: "secrets_in_logs", Error: "login with hunter2 failed", Timestamp: now},
		{Error: "of no pattern", Timestamp: now},
	} {
		if _, err := rec.Bug(ctx, b); err != nil {
			panic(err)
		}
	}
	if err := rec.Close(ctx); err != nil {
		panic(err)
	}
	var message string
	if err := db.NewSelect().Model((*metrics.Bug)(nil)).Column("error").Scan(ctx, &message); err != nil {
		panic(err)
	}
	fmt.Println("stored:", message)
	// Output:
	// refused: metrics_bugs metrics: pattern "": must not be empty
	// stored: login with [password] failed
}

func ExampleNop() {
	rec := record.Nop()
	key, err := rec.Store(context.Background(), &metrics.Bug{Error: "nobody will know"})
	fmt.Println(len(key), err, rec.Stats().Dropped)
	// Output: 64 <nil> 1
}
