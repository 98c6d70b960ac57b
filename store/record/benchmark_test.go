package record_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// BenchmarkRecord reports how long a call takes that is fire and forget, of
// eight goroutines that do nothing else.
func BenchmarkRecord(b *testing.B) {
	for _, policy := range []record.Policy{record.DropNewest, record.DropOldest} {
		for _, to := range []string{"nowhere", "sqlite"} {
			b.Run(string(policy)+"/"+to, func(b *testing.B) {
				var sink record.Sink = sinkFunc(func([]metrics.Event) {})
				if to == "sqlite" {
					sink = migratedFor(b, storetest.SQLite(b))
				}
				r := record.New(sink, record.Options{WhenFull: policy})
				e := fullBug()
				latencies := make([][]time.Duration, 8)
				for b.Loop() {
					var callers sync.WaitGroup
					for i := range latencies {
						callers.Go(func() {
							for range 10_000 {
								start := time.Now()
								_, err := r.Record(b.Context(), e)
								latencies[i] = append(latencies[i], time.Since(start))
								if err != nil && !errors.Is(err, record.ErrDropped) {
									b.Error(err)
								}
							}
						})
					}
					callers.Wait()
				}
				b.ReportMetric(0, "ns/op")
				all := slices.Concat(latencies...)
				slices.Sort(all)
				for _, percent := range []int{50, 99} {
					b.ReportMetric(float64(all[len(all)*percent/100])/1e3, fmt.Sprintf("p%d-µs", percent))
				}
				s := r.Stats()
				b.ReportMetric(100*float64(s.Dropped)/float64(s.Accepted), "%dropped")
				require.NoError(b, r.Close(b.Context()))
			})
		}
	}
}

// BenchmarkAcknowledged compares 64 goroutines that store one event after the
// other: each in a transaction of its own, and through a recorder.
func BenchmarkAcknowledged(b *testing.B) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			first := 0.0
			for _, way := range []string{"commit each", "recorder", "journal"} {
				b.Run(way, func(b *testing.B) {
					db := migratedFor(b, database(b))
					store := func(ctx context.Context, e *metrics.Bug) error {
						_, err := db.Insert(ctx, []metrics.Event{e})
						return err
					}
					if way != "commit each" {
						o := record.Options{}
						if way == "journal" {
							var err error
							o.Journal, err = openJournalAt(b.TempDir() + "/journal")
							require.NoError(b, err)
						}
						r := record.New(db, o)
						defer func() { assert.NoError(b, r.Close(context.Background())) }()
						store = func(ctx context.Context, e *metrics.Bug) error {
							_, err := r.Store(ctx, e)
							return err
						}
					}
					var n atomic.Int64
					for b.Loop() {
						var callers sync.WaitGroup
						for range 64 {
							callers.Go(func() {
								for range 20 {
									e := fullBug()
									e.Error = fmt.Sprint(n.Add(1))
									if err := store(b.Context(), e); err != nil {
										b.Error(err)
									}
								}
							})
						}
						callers.Wait()
					}
					rate := float64(n.Load()) / b.Elapsed().Seconds()
					if first == 0 {
						first = rate
					}
					b.ReportMetric(0, "ns/op")
					b.ReportMetric(rate, "events/s")
					b.ReportMetric(rate/first, "ratio")
				})
			}
		})
	}
}

func fullBug() *metrics.Bug {
	return &metrics.Bug{
		Origin:  metrics.Origin{Project: new("shop"), Source: new("service"), RunID: new("run-17")},
		Pattern: "bounds_checking", Error: "index out of range [3] with length 3", Code: new("first := items[3]"),
		FilePath: new("internal/cart/cart.go"), Line: new(int64(118)), StackTrace: new("goroutine 7 [running]:\nmain.main()"), Timestamp: noon,
	}
}

func migratedFor(b *testing.B, dsn string) *store.DB {
	b.Helper()

	db, err := store.Open(b.Context(), dsn, store.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, db.Close()) })
	require.NoError(b, store.Migrate(b.Context(), db))
	return db
}

// TestRecordAllocates counts the allocations of a call: the copy, and what a
// JSON field takes.
func TestRecordAllocates(t *testing.T) { //nolint:paralleltest // allocations of all goroutines count
	for _, e := range fullEvents(t) {
		e.Provenance().EventKey = ""
		r := record.New(&memory{trouble: hang}, record.Options{MaxRecords: 1 << 20})
		_, err := r.Record(t.Context(), e)
		require.NoError(t, err)
		allocations := testing.AllocsPerRun(5000, func() { _, _ = r.Record(t.Context(), e) })
		assert.LessOrEqual(t, allocations, 2.0, e.Table())
		require.Error(t, closeAtOnce(r))
	}
}

var sustain = flag.Duration("sustain", time.Second, "for how long TestSustainedLoad records")

// TestSustainedLoad records 5,000 events per second. The full run is
//
//	go test ./store/record -run TestSustainedLoad -v -sustain 60s
func TestSustainedLoad(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const perTick = 50
		r := record.New(db, record.Options{})
		ticks := time.NewTicker(10 * time.Millisecond)
		defer ticks.Stop()
		var heap []uint64
		accepted := 0
		for accepted < int(sustain.Seconds()*5000) {
			<-ticks.C
			for range perTick {
				_, err := r.Record(t.Context(), fullBug())
				require.NoError(t, err)
				accepted++
			}
			if accepted%25_000 == 0 { // each five seconds
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				heap = append(heap, m.HeapAlloc>>10)
			}
		}
		require.NoError(t, r.Close(t.Context()))
		s := r.Stats()
		assert.Equal(t, record.Stats{Accepted: accepted, Stored: accepted}, s)
		t.Logf("%d stored, KiB of heap every 5 s: %v", s.Stored, heap)
	})
}
