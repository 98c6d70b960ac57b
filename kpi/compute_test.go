package kpi_test

import (
	"context"
	"encoding/json"
	"os"
"testing"
	"time"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
	"github.com/stretchr/testify/require"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

func TestSmoke(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var events []metrics.Event
		for i := range 40 {
			events = append(events, &metrics.CodeGeneration{Prompt: "p", Confidence: ptr(float64(i%10) / 10), Success: ptr(i%3 > 0),
				PatternsApplied: metrics.Names{"a", "b"}, Timestamp: metrics.At(noon.Add(-time.Hour * time.Duration(i)))})
		}
		_, err := db.Insert(context.Background(), events)
		require.NoError(t, err)
		r, err := kpi.Compute(t.Context(), db, kpi.Query{AsOf: noon})
		require.NoError(t, err)
		kpi.WriteTable(os.Stdout, r);kpi.WriteMarkdown(os.Stdout,r)
		b, err := json.MarshalIndent(r, "", " ")
		require.NoError(t, err)
		_ = b
	})
}
