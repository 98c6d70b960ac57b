package bench_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
)

// TestBooksAlwaysAddUp gives a recorder random work, in front of a database that
// fails, is slow or does not answer, by a clock that does not wait. It looks at
// the books after each step and whenever the database is called. The full run
// is
//
//	go test -run TestBooksAlwaysAddUp -rapid.checks 10000
func TestBooksAlwaysAddUp(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	rapid.Check(t, func(check *rapid.T) {
		p := drawPlan(check)
		v := &verdict{}
		synctest.Test(t, func(*testing.T) { p.run(v, folder) })
		if v.errors != nil {
			check.Fatal(errors.Join(v.errors...))
		}
	})
}

// plan is everything that chance decides.
type plan struct {
	options      record.Options
	journalBytes int64 // 0 for no journal
	moods        []mood
	steps        []step
	patience     time.Duration // of Close in the end
}

type step struct {
	action  string
	event   *metrics.Bug
	timeout time.Duration
}

func drawPlan(t *rapid.T) plan {
	p := plan{
		options: record.Options{
			MaxRecords: rapid.IntRange(1, 10).Draw(t, "max records"),
			MaxBytes:   rapid.IntRange(2000, 10_000).Draw(t, "max bytes"),
			WhenFull:   rapid.SampledFrom([]record.Policy{"", record.DropNewest, record.DropOldest, record.Block}).Draw(t, "when full"),
		},
		moods:    rapid.SliceOfN(rapid.SampledFrom(moods), 0, 20).Draw(t, "moods"),
		patience: rapid.SampledFrom([]time.Duration{time.Nanosecond, time.Second, time.Hour}).Draw(t, "patience"),
	}
	if rapid.IntRange(0, 3).Draw(t, "journal") == 0 {
		p.journalBytes = rapid.Int64Range(1000, 20_000).Draw(t, "journal bytes")
	}
	for range rapid.IntRange(1, 30).Draw(t, "steps") {
		p.steps = append(p.steps, step{
			action: rapid.SampledFrom([]string{
				"record", "record", "record", "record", "store", "store", "store", "flush", "sleep", "settle", "close",
			}).Draw(t, "action"),
			event: &metrics.Bug{
				Pattern:   rapid.SampledFrom([]string{"fine", "fine", "fine", "", "poison", "conflict"}).Draw(t, "pattern"),
				Error:     strings.Repeat("x", rapid.IntRange(0, 3000).Draw(t, "size")),
				Timestamp: metrics.At(time.Unix(0, 0)),
			},
			timeout: time.Duration(rapid.IntRange(1, 5000).Draw(t, "timeout")) * time.Millisecond,
		})
	}
	return p
}

// verdict gathers what was wrong, so that rapid hears of it outside the bubble.
type verdict struct {
	mu     sync.Mutex
	errors []error
}

func (v *verdict) Errorf(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.errors = append(v.errors, fmt.Errorf(format, args...))
}

// scenario is a recorder at work.
type scenario struct {
	sink    *moodySink
	r       *record.Recorder
	journal string
	waiting sync.WaitGroup // calls that may take a while

	mu           sync.Mutex
	handedOver   int               // events that count in the books
	acknowledged map[string]string // patterns of events by their keys
}

func (p plan) run(v *verdict, folder string) {
	s := &scenario{
		sink:         &moodySink{moods: p.moods, keys: map[string]bool{}},
		acknowledged: map[string]string{},
	}
	if p.journalBytes > 0 {
		s.journal = filepath.Join(folder, "journal")
		for _, path := range []string{s.journal, s.journal + ".2"} {
			assert.NoError(v, os.RemoveAll(path))
		}
		var err error
		p.options.Journal, err = record.OpenJournal(s.journal, record.JournalOptions{MaxBytes: p.journalBytes})
		assert.NoError(v, err)
	}
	s.r = record.New(s.sink, p.options)
	s.sink.look = func() { s.balance(v) }
	for _, step := range p.steps {
		s.do(step)
		s.balance(v)
	}
	s.finish(v, p.patience)
}

func (s *scenario) do(step step) {
	switch step.action {
	case "record":
		s.call(step.timeout, func(ctx context.Context) error {
			_, err := s.r.Record(ctx, step.event)
			s.count(err)
			return err
		})
	case "store":
		s.call(step.timeout, func(ctx context.Context) error {
			key, err := s.r.Store(ctx, step.event)
			s.count(err)
			if err == nil {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.acknowledged[key] = step.event.Pattern
			}
			return err
		})
	case "flush":
		s.call(step.timeout, s.r.Flush)
	case "sleep":
		time.Sleep(step.timeout)
	case "settle":
		synctest.Wait()
	case "close":
		if step.timeout > 4*time.Second { // seldom
			s.call(step.timeout, s.r.Close)
		}
	}
}

// call lets somebody call with a time limit.
func (s *scenario) call(timeout time.Duration, f func(context.Context) error) {
	s.waiting.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		_ = f(ctx)
	})
}

// count counts an event unless it came too late. A call of Store that Close
// gave up on had been accepted.
func (s *scenario) count(err error) {
	if errors.Is(err, record.ErrClosed) && !strings.HasPrefix(err.Error(), "record: store:") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handedOver++
}

func (s *scenario) balance(v *verdict) record.Stats {
	b := s.r.Stats()
	assert.Equal(v, b.Accepted, b.Stored+b.Refused+b.Dropped+b.InFlight, "%+v", b)
	assert.GreaterOrEqual(v, min(b.Stored-b.Duplicates, b.Refused, b.Dropped, b.InFlight, b.Duplicates), 0, "%+v", b)
	return b
}

// finish closes the recorder and asks where everything is.
func (s *scenario) finish(v *verdict, patience time.Duration) {
	closing := s.close(s.r, patience)
	s.waiting.Wait()
	time.Sleep(time.Hour) // every answer of the database has come

	b := s.balance(v)
	assert.Equal(v, s.handedOver, b.Accepted, "%+v", b)
	assert.Len(v, s.sink.keys, b.Stored-b.Duplicates, "%+v", b)
	if closing == nil || s.journal == "" {
		assert.Zero(v, b.InFlight, "%+v", b)
	}
	if s.journal != "" {
		s.sink.moods = nil
		j, err := record.OpenJournal(s.journal, record.JournalOptions{})
		assert.NoError(v, err)
		replay := record.New(s.sink, record.Options{Journal: j})
		_ = s.close(replay, time.Hour)
		again := replay.Stats()
		assert.GreaterOrEqual(v, again.Accepted, b.InFlight, "the journal holds what is in flight: %+v, %+v", b, again)
		assert.Len(v, s.sink.keys, b.Stored-b.Duplicates+again.Stored-again.Duplicates)
	}
	for key, pattern := range s.acknowledged {
		if s.journal != "" && pattern != "fine" {
			continue // to be in the journal was enough
		}
		assert.True(v, s.sink.keys[key], "acknowledged and lost: %+v", b)
	}
}

func (s *scenario) close(r *record.Recorder, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return r.Close(ctx)
}

// A mood is what a database does before it does its work: it takes its time, and
// then fails or not.
type mood struct {
	delay time.Duration
	deaf  bool // to the end of the context
	err   error
}

var moods = []mood{
	{}, {}, {},
	{delay: time.Millisecond},
	{delay: 3 * time.Second},
	{err: store.ErrRetryable},
	{err: store.ErrFull},
	{err: store.ErrReadOnly},
	{err: errMood},
	{delay: time.Second, err: errMood},
	{delay: 10 * time.Minute},
	{delay: 10 * time.Minute, deaf: true},
}

var errMood = errors.New("bench: not today")

// moodySink keeps keys when it is in the mood, which changes with each call and
// is good in the end.
type moodySink struct {
	moods []mood
	look  func()
	keys  map[string]bool
}

func (s *moodySink) Insert(ctx context.Context, events []metrics.Event) (store.Receipt, error) {
	s.look()
	defer s.look()

	if len(s.moods) > 0 {
		m := s.moods[0]
		s.moods = s.moods[1:]
		if m.deaf {
			time.Sleep(m.delay)
		} else {
			select {
			case <-time.After(m.delay):
			case <-ctx.Done():
				return store.Receipt{}, ctx.Err()
			}
		}
		if m.err != nil {
			return store.Receipt{}, fmt.Errorf("insert: %w", m.err)
		}
	}
	return s.insert(events)
}

func (s *moodySink) insert(events []metrics.Event) (store.Receipt, error) {
	for _, e := range events {
		switch e.(*metrics.Bug).Pattern {
		case "poison":
			return store.Receipt{}, errMood
		case "conflict":
			return store.Receipt{}, store.ErrConflict
		}
	}
	receipt := store.Receipt{Tables: map[string]store.Count{}}
	var count store.Count
	for i, e := range events {
		metrics.Complete(e)
		key := e.Provenance().EventKey
		switch err := e.Validate(); {
		case err != nil:
			count.Refused++
			receipt.Refused = append(receipt.Refused, store.Refusal{Index: i, Err: err})
		case s.keys[key]:
			count.Duplicate++
		default:
			count.Stored++
			s.keys[key] = true
		}
	}
	receipt.Tables["metrics_bugs"] = count
	return receipt, nil
}
