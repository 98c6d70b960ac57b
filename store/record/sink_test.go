package record_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
)

var noon = metrics.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))

// memory is a sink that keeps keys. Before it takes a group it asks trouble, if
// that is set.
type memory struct {
	trouble func(ctx context.Context, events []metrics.Event) error

	mu     sync.Mutex
	keys   map[string]bool
	groups []int // their sizes
}

func (m *memory) Insert(ctx context.Context, events []metrics.Event) (store.Receipt, error) {
	if m.trouble != nil {
		if err := m.trouble(ctx, events); err != nil {
			return store.Receipt{}, err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()

	if m.keys == nil {
		m.keys = map[string]bool{}
	}
	m.groups = append(m.groups, len(events))
	r := store.Receipt{Tables: map[string]store.Count{}}
	for i, e := range events {
		metrics.Complete(e)
		count := r.Tables[e.Table()]
		key := e.Provenance().EventKey
		if err := e.Validate(); err != nil {
			count.Refused++
			r.Refused = append(r.Refused, store.Refusal{Index: i, Table: e.Table(), Err: err})
		} else if m.keys[key] {
			count.Duplicate++
		} else {
			count.Stored++
			m.keys[key] = true
		}
		r.Tables[e.Table()] = count
	}
	return r, nil
}

// has tells whether an event of that key was stored.
func (m *memory) has(key string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.keys[key]
}

// hang is the trouble of a database that does not answer until the context
// ends.
func hang(ctx context.Context, _ []metrics.Event) error {
	<-ctx.Done()
	return ctx.Err()
}

func bug(message string) *metrics.Bug {
	return &metrics.Bug{Pattern: "bounds_checking", Error: message, Timestamp: noon}
}

// balance requires that the books add up and returns them.
func balance(t *testing.T, r *record.Recorder) record.Stats {
	t.Helper()

	s := r.Stats()
	require.Equal(t, s.Accepted, s.Stored+s.Refused+s.Dropped+s.InFlight, "%+v", s)
	return s
}
