package ingest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// An exporter repeats what it is not sure to have delivered.
func TestSpansThatAreExportedAgain(t *testing.T) {
	t.Parallel()

	const span = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"aa","spanId":"bb","startTimeUnixNano":"1772618400000000000","endTimeUnixNano":"1772618401000000000",` +
		`"attributes":[{"key":"gen_ai.request.model","value":{"stringValue":"m"}}]}]}]}]}`
	var sink memory
	receipt := importText(t, &sink, span+"\n"+span+"\n", ingest.Options{Project: "shop"})
	assert.Equal(t, ingest.Count{Read: 2, Stored: 1, Duplicate: 1}, receipt.Total())
	require.Len(t, sink.events, 1)
	origin := sink.events[0].Provenance()
	assert.Equal(t, "shop", *origin.Project)
	assert.Equal(t, "aa", *origin.RunID)
	assert.Equal(t, "opentelemetry", *origin.Source)
}

func TestOtherOperationsAreNoCalls(t *testing.T) {
	t.Parallel()

	for _, operation := range []string{"embeddings", "execute_tool", "invoke_agent", "create_agent"} {
		receipt := importText(t, &memory{}, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"aa","spanId":"bb","endTimeUnixNano":"1772618401000000000","attributes":[`+
			`{"key":"gen_ai.operation.name","value":{"stringValue":"`+operation+`"}},{"key":"gen_ai.request.model","value":{"stringValue":"m"}}]}]}]}]}`, ingest.Options{})
		assert.Zero(t, receipt.Total().Read, operation)
		assert.Len(t, receipt.PassedOver, 1, operation)
	}
}

func TestLongPromptsOfSpansAreCut(t *testing.T) {
	t.Parallel()

	var sink memory
	receipt := importText(t, &sink, `{"resourceSpans":[{"scopeSpans":[{"spans":[{"endTimeUnixNano":"1772618401000000000","attributes":[`+
		`{"key":"feedback_loop.generation.prompt","value":{"stringValue":"`+strings.Repeat("é", metrics.MaxText)+`"}}]}]}]}]}`, ingest.Options{})
	assert.Equal(t, 1, receipt.CutTexts)
	require.Len(t, sink.events, 1)
	assert.Len(t, sink.events[0].(*metrics.CodeGeneration).Prompt, metrics.MaxText)
}
