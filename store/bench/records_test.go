package bench_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/bench"
)

func TestEventsAreValidAndDiffer(t *testing.T) {
	t.Parallel()

	keys := map[string]bool{}
	n := 0
	for _, e := range bench.Events(10_000) {
		metrics.Complete(e)
		require.NoError(t, e.Validate())
		keys[e.Provenance().EventKey] = true
		n++
	}
	assert.Equal(t, 10_000, n)
	assert.Len(t, keys, n)
}

func TestFileHasTheSizeOfRealOnes(t *testing.T) {
	t.Parallel()

	var file bytes.Buffer
	require.NoError(t, bench.WriteFile(&file, 10_000))
	assert.True(t, json.Valid(file.Bytes()))
	assert.InDelta(t, 450, float64(file.Len())/10_000, 50)
}
