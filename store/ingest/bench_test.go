package ingest_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// nowhere is a sink that costs nothing.
type nowhere struct{}

func (nowhere) Insert(context.Context, []metrics.Event) (store.Receipt, error) {
	return store.Receipt{}, nil
}

func (nowhere) Quarantine(context.Context, []store.RefusedRecord) error { return nil }

func BenchmarkDecode(b *testing.B) {
	const n = 30_000
	data, err := io.ReadAll(records(n))
	require.NoError(b, err)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		file := ingest.File{Name: "n.json", Reader: bytes.NewReader(data)}
		_, err := ingest.Import(b.Context(), nowhere{}, file, noon, ingest.Options{})
		require.NoError(b, err)
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
