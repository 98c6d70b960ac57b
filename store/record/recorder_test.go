package record_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
)

func TestStoreReturnsWhenStored(t *testing.T) {
	t.Parallel()

	sink := &memory{}
	r := record.New(sink, record.Options{})
	key, err := r.Store(t.Context(), bug("nil map"))
	require.NoError(t, err)
	assert.True(t, sink.has(key))
	assert.Equal(t, record.Stats{Accepted: 1, Stored: 1}, r.Stats())
	require.NoError(t, r.Close(t.Context()))
}

func TestCallersShareACommit(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		sink := &memory{trouble: func(context.Context, []metrics.Event) error {
			time.Sleep(time.Millisecond)
			return nil
		}}
		r := record.New(sink, record.Options{})
		var callers sync.WaitGroup
		for range 64 {
			callers.Go(func() {
				_, err := r.Store(t.Context(), bug("nil map"))
				assert.NoError(t, err)
			})
		}
		callers.Wait()
		assert.LessOrEqual(t, len(sink.groups), 3, "sizes %v", sink.groups)
		require.NoError(t, r.Close(t.Context()))
	})
}

func TestNothingRunsBeforeTheFirstEvent(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) { // which fails when a goroutine is left
		r := record.New(&memory{}, record.Options{})
		require.NoError(t, r.Flush(t.Context()))
		assert.Equal(t, record.Stats{}, r.Stats())
	})
}

func TestTheEventOfTheCallerStaysAsItIs(t *testing.T) {
	t.Parallel()

	sink := &memory{}
	r := record.New(sink, record.Options{Redact: func(e metrics.Event) {
		*e.(*metrics.CodeGeneration).CompilationError = "***"
		e.(*metrics.CodeGeneration).PatternsApplied[0] = "***"
		e.(*metrics.CodeGeneration).GenerationMetadata[2] = '*'
	}})
	e := &metrics.CodeGeneration{
		CompilationError: new("token abc"), PatternsApplied: metrics.Names{"abc"},
		GenerationMetadata: metrics.JSON(`{"k":1}`), Timestamp: noon,
	}
	key, err := r.Store(t.Context(), e)
	require.NoError(t, err)
	assert.True(t, sink.has(key))
	assert.Equal(t, &metrics.CodeGeneration{
		CompilationError: new("token abc"), PatternsApplied: metrics.Names{"abc"},
		GenerationMetadata: metrics.JSON(`{"k":1}`), Timestamp: noon,
	}, e)
	require.NoError(t, r.Close(t.Context()))
}

func TestKeys(t *testing.T) {
	t.Parallel()

	r := record.New(&memory{}, record.Options{})
	known := map[string]bool{}
	for range 100 {
		key, err := r.Record(t.Context(), bug("nil map"))
		require.NoError(t, err)
		assert.Len(t, key, 64)
		assert.False(t, known[key], "key comes twice")
		known[key] = true
	}
	own := bug("nil map")
	own.EventKey = strings.Repeat("ab", 32)
	for range 2 {
		key, err := r.Record(t.Context(), own)
		require.NoError(t, err)
		assert.Equal(t, own.EventKey, key)
	}
	require.NoError(t, r.Flush(t.Context()))
	s := balance(t, r)
	assert.Equal(t, 102, s.Stored)
	assert.Equal(t, 1, s.Duplicates)
	require.NoError(t, r.Close(t.Context()))
}

func TestKeysComeFromTheGivenRandomness(t *testing.T) {
	t.Parallel()

	r := record.New(&memory{}, record.Options{Random: bytes.NewReader(make([]byte, 1024))})
	for range 32 {
		key, err := r.Record(t.Context(), bug("nil map"))
		require.NoError(t, err)
		assert.Equal(t, strings.Repeat("0", 64), key)
	}
	_, err := r.Record(t.Context(), bug("nil map"))
	require.ErrorContains(t, err, "record: make an event key")
	require.NoError(t, r.Close(t.Context()))
}

func TestWhenFull(t *testing.T) {
	t.Parallel()

	type outcome struct {
		stored  []int // which of the first three events
		dropped int
		err     error
	}
	for name, test := range map[string]struct {
		policy record.Policy
		want   outcome
	}{
		"nothing chosen": {"", outcome{[]int{0, 1}, 1, record.ErrDropped}},
		"drop newest":    {record.DropNewest, outcome{[]int{0, 1}, 1, record.ErrDropped}},
		"drop oldest":    {record.DropOldest, outcome{[]int{0, 2}, 1, nil}}, // 0 is on its way already
		"block":          {record.Block, outcome{[]int{0, 1, 2}, 0, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				sink := &memory{trouble: func(context.Context, []metrics.Event) error {
					time.Sleep(time.Second)
					return nil
				}}
				r := record.New(sink, record.Options{MaxRecords: 2, WhenFull: test.policy})
				var keys []string
				var err error
				for i := range 3 {
					var key string
					key, err = r.Record(t.Context(), bug(fmt.Sprint(i)))
					keys = append(keys, key)
					synctest.Wait()
				}
				require.ErrorIs(t, err, test.want.err)
				require.NoError(t, r.Close(t.Context()))
				for i, key := range keys {
					assert.Equal(t, slices.Contains(test.want.stored, i), sink.has(key), "event %d", i)
				}
				assert.Equal(t, test.want.dropped, balance(t, r).Dropped)
			})
		})
	}
}

func TestBytesAreBounded(t *testing.T) {
	t.Parallel()

	r := record.New(&memory{trouble: hang}, record.Options{MaxBytes: 3000})
	_, err := r.Record(t.Context(), bug(strings.Repeat("x", 1500)))
	require.NoError(t, err)
	_, err = r.Record(t.Context(), bug(strings.Repeat("x", 1500)))
	require.ErrorIs(t, err, record.ErrDropped)
	_, err = r.Record(t.Context(), bug(strings.Repeat("x", 2500)))
	require.ErrorIs(t, err, record.ErrTooLarge)
	s := balance(t, r)
	assert.Equal(t, []int{3, 1, 1, 1}, []int{s.Accepted, s.Dropped, s.Refused, s.InFlight})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, r.Close(ended), context.Canceled)
}

func TestDropOldestKeepsWhatSomebodyWaitsFor(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		sink := &memory{trouble: func(context.Context, []metrics.Event) error {
			time.Sleep(time.Second)
			return nil
		}}
		r := record.New(sink, record.Options{MaxRecords: 3, WhenFull: record.DropOldest})
		for range 3 {
			go func() {
				key, err := r.Store(t.Context(), bug("acknowledged"))
				assert.NoError(t, err)
				assert.True(t, sink.has(key))
			}()
			synctest.Wait()
		}
		_, err := r.Record(t.Context(), bug("forgotten"))
		require.ErrorIs(t, err, record.ErrDropped)
		require.NoError(t, r.Close(t.Context()))
	})
}

func TestBlockedCallersGiveUpWithTheirContext(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r := record.New(&memory{trouble: hang}, record.Options{MaxRecords: 1, WhenFull: record.Block})
		_, err := r.Record(t.Context(), bug("first"))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = r.Record(ctx, bug("second"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, record.ErrDropped)
		_, err = r.Store(ctx, bug("third"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		s := balance(t, r)
		assert.Equal(t, []int{2, 1, 1}, []int{s.Accepted, s.Dropped, s.InFlight}, "the third came with a context that had ended")
		require.ErrorIs(t, r.Close(ctx), context.DeadlineExceeded)
	})
}

var errBroken = errors.New("memory: broken")

func TestFailures(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		err  error
		told bool // the waiting calls, before the failure has passed
	}{
		"busy":      {store.ErrRetryable, false},
		"timeout":   {context.DeadlineExceeded, false},
		"disk full": {store.ErrFull, true},
		"read-only": {store.ErrReadOnly, true},
		"unknown":   {errBroken, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				sink := &memory{trouble: func(context.Context, []metrics.Event) error {
					if time.Since(begun) < time.Minute {
						return test.err
					}
					return nil
				}}
				r := record.New(sink, record.Options{})
				key, err := r.Record(t.Context(), bug("forgotten"))
				require.NoError(t, err)
				for what, call := range map[string]func() error{
					"Store": func() error { _, err := r.Store(t.Context(), bug("acknowledged")); return err },
					"Flush": func() error { return r.Flush(t.Context()) },
				} {
					start := time.Now()
					err := call()
					if test.told {
						require.ErrorIs(t, err, test.err, what)
						require.ErrorIs(t, r.Stats().Err, test.err, what)
						require.LessOrEqual(t, time.Since(start), time.Second, what)
					} else {
						require.NoError(t, err, what)
					}
				}
				require.NoError(t, r.Close(t.Context()), "waits until it works again")
				assert.True(t, sink.has(key))
				assert.Equal(t, record.Stats{Accepted: 2, Stored: 2}, r.Stats())
			})
		})
	}
}

func TestPoisonedEventsAreIsolated(t *testing.T) {
	t.Parallel()

	for name, poison := range map[string]error{
		"the database refuses": store.ErrInvalid,
		"nobody knows why":     errBroken,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			synctest.Test(t, func(t *testing.T) {
				sink := &memory{trouble: func(_ context.Context, events []metrics.Event) error {
					for _, e := range events {
						if e.(*metrics.Bug).Error == "poison" {
							return poison
						}
					}
					return nil
				}}
				var refused []string
				r := record.New(sink, record.Options{Refused: func(e metrics.Event, err error) {
					assert.ErrorIs(t, err, poison)
					refused = append(refused, e.(*metrics.Bug).Error)
				}})
				var waiting sync.WaitGroup
				for i := range 2000 {
					message := "harmless"
					if i%500 == 0 {
						message = "poison"
					}
					_, err := r.Record(t.Context(), bug(message))
					require.NoError(t, err)
					if i%10 == 0 {
						waiting.Go(func() {
							_, err := r.Store(t.Context(), bug("harmless"))
							assert.NoError(t, err, "what is wrong with others is not told")
						})
					}
				}
				waiting.Wait()
				for range 5 { // life goes on
					time.Sleep(time.Minute)
					_, err := r.Record(t.Context(), bug("harmless"))
					require.NoError(t, err)
				}
				require.NoError(t, r.Close(t.Context()))
				assert.Equal(t, []string{"poison", "poison", "poison", "poison"}, refused)
				s := balance(t, r)
				assert.Equal(t, []int{2201, 4}, []int{s.Stored, s.Refused})
			})
		})
	}
}

func TestAnEventIsNotBlamedForTheDatabase(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		sink := &memory{trouble: func(context.Context, []metrics.Event) error {
			if time.Since(begun) < time.Hour {
				return errBroken
			}
			return nil
		}}
		r := record.New(sink, record.Options{})
		for range 10 {
			_, err := r.Record(t.Context(), bug("nil map"))
			require.NoError(t, err)
		}
		require.NoError(t, r.Close(t.Context()))
		assert.Equal(t, record.Stats{Accepted: 10, Stored: 10}, r.Stats())
	})
}

func TestRefusedEvents(t *testing.T) {
	t.Parallel()

	var refused []metrics.Event
	r := record.New(&memory{}, record.Options{Refused: func(e metrics.Event, err error) {
		refused = append(refused, e)
		assert.ErrorAs(t, err, new(*metrics.FieldError))
	}})
	_, err := r.Store(t.Context(), &metrics.Bug{Error: "of no pattern", Timestamp: noon})
	require.ErrorAs(t, err, new(*metrics.FieldError))
	require.NoError(t, r.Close(t.Context()))
	require.Len(t, refused, 1)
	assert.Equal(t, "of no pattern", refused[0].(*metrics.Bug).Error)
	assert.Equal(t, record.Stats{Accepted: 1, Refused: 1}, r.Stats())
}

func TestNoEvent(t *testing.T) {
	t.Parallel()

	r := record.New(&memory{}, record.Options{})
	for _, none := range []metrics.Event{nil, (*metrics.Bug)(nil)} {
		_, err := r.Record(t.Context(), none)
		require.EqualError(t, err, "record: no event")
		_, err = r.Store(t.Context(), none)
		require.EqualError(t, err, "record: no event")
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()

	r := record.New(&memory{}, record.Options{})
	_, err := r.Record(t.Context(), bug("nil map"))
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, r.Close(t.Context()))
	}
	_, err = r.Record(t.Context(), bug("nil map"))
	require.ErrorIs(t, err, record.ErrClosed)
	_, err = r.Store(t.Context(), bug("nil map"))
	require.ErrorIs(t, err, record.ErrClosed)
	require.NoError(t, r.Flush(t.Context()))
	assert.Equal(t, record.Stats{Accepted: 1, Stored: 1}, r.Stats())
}

func TestCloseSaysWhatItLost(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		r := record.New(&memory{trouble: hang}, record.Options{WhenFull: record.Block, MaxRecords: 3})
		_, err := r.Record(t.Context(), bug("on its way"))
		require.NoError(t, err)
		synctest.Wait()
		for _, call := range []func() error{
			func() error { _, err := r.Store(t.Context(), bug("acknowledged")); return err },
			func() error { _, err := r.Record(t.Context(), bug("queued")); return err },
		} {
			go func() { _ = call() }()
		}
		synctest.Wait()
		go func() {
			_, err := r.Record(t.Context(), bug("without room"))
			assert.ErrorIs(t, err, record.ErrClosed)
		}()
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err = r.Close(ctx)
		require.EqualError(t, err, "record: close: 3 events not stored: context deadline exceeded")
		synctest.Wait() // the database has noticed
		assert.Equal(t, 3, balance(t, r).Dropped)
		require.EqualError(t, r.Close(t.Context()), err.Error())
		require.NoError(t, r.Flush(t.Context()), "nothing is in flight")
	})
}

func TestADatabaseThatNeverAnswersKeepsNobody(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		answer := make(chan struct{})
		sink := &memory{trouble: func(context.Context, []metrics.Event) error {
			<-answer
			return nil
		}}
		r := record.New(sink, record.Options{})
		_, err := r.Record(t.Context(), bug("nil map"))
		require.NoError(t, err)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = r.Store(ctx, bug("nil map"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, r.Flush(ctx), context.DeadlineExceeded)
		require.ErrorIs(t, r.Close(ctx), context.DeadlineExceeded)
		s := balance(t, r)
		assert.Equal(t, []int{2, 1, 1}, []int{s.Accepted, s.Dropped, s.InFlight})

		close(answer)
		synctest.Wait()
		assert.Equal(t, record.Stats{Accepted: 2, Stored: 1, Dropped: 1}, r.Stats())
	})
}

func TestNop(t *testing.T) {
	t.Parallel()

	r := record.Nop()
	key, err := r.Store(t.Context(), bug("nil map"))
	require.NoError(t, err)
	assert.Len(t, key, 64)
	_, err = r.Record(t.Context(), bug("nil map"))
	require.NoError(t, err)
	require.NoError(t, r.Flush(t.Context()))
	require.NoError(t, r.Close(t.Context()))
	assert.Equal(t, record.Stats{Accepted: 2, Dropped: 2}, r.Stats())
}
