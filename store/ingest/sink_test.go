package ingest_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// memory is a sink that behaves as a database does.
type memory struct {
	events  []metrics.Event
	refused []store.RefusedRecord
	keys    map[string]bool // of both
}

func (m *memory) new(key string) bool {
	if m.keys[key] {
		return false
	}
	if m.keys == nil {
		m.keys = map[string]bool{}
	}
	m.keys[key] = true
	return true
}

func (m *memory) Insert(_ context.Context, events []metrics.Event) (store.Receipt, error) {
	receipt := store.Receipt{Tables: map[string]store.Count{}}
	for i, e := range events {
		metrics.Complete(e)
		count := receipt.Tables[e.Table()]
		if err := e.Validate(); err != nil {
			count.Refused++
			receipt.Refused = append(receipt.Refused, store.Refusal{Index: i, Table: e.Table(), Err: err})
		} else if m.new(e.Table() + e.Provenance().EventKey) {
			count.Stored++
			m.events = append(m.events, e)
		} else {
			count.Duplicate++
		}
		receipt.Tables[e.Table()] = count
	}
	return receipt, nil
}

func (m *memory) Quarantine(_ context.Context, records []store.RefusedRecord) error {
	for _, r := range records {
		if m.new(r.RecordKey) {
			m.refused = append(m.refused, r)
		}
	}
	return nil
}

// importText imports a document that must be of its format.
func importText(t *testing.T, sink ingest.Sink, text string, o ingest.Options) ingest.Receipt {
	t.Helper()

	receipt, err := ingest.Import(t.Context(), sink, document(text), noon, o)
	require.NoError(t, err, text)
	requireSums(t, receipt)
	return receipt
}

func document(text string) ingest.File {
	return ingest.File{Name: "exports/night.json", Reader: strings.NewReader(text)}
}

func requireSums(t *testing.T, receipt ingest.Receipt) {
	t.Helper()

	for table, c := range receipt.Tables {
		require.Equal(t, c.Read, c.Stored+c.Duplicate+c.Refused, table)
	}
	if refused := receipt.Total().Refused; refused <= ingest.MaxRefusals {
		require.Len(t, receipt.Refused, refused)
	}
}

func ptr[T any](v T) *T { return &v }
