package record_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/record"
)

// FuzzReadJournal: what can be read at all is written again as it was, and every
// byte is an event, damage or the tail.
func FuzzReadJournal(f *testing.F) {
	e := bug("nil map")
	metrics.Complete(e)
	line, err := record.AppendLine(nil, e)
	require.NoError(f, err)
	f.Add(line)
	f.Add(append(bytes.Repeat(line, 2), "0123"...))
	f.Add([]byte("\n00000000 \n" + record.Checked(`{"Table":"metrics_performance","Event":{"Details":{"a":1}}}`)))
	f.Add([]byte(record.Checked(`{"Table":"metrics_code_generation","Event":{"PatternsApplied":null,"Timestamp":"2026-03-01T00:00:00Z"}}`)))

	f.Fuzz(func(t *testing.T, journal []byte) {
		events, damage, end, err := record.ReadJournal(bytes.NewReader(journal))
		if err != nil {
			return
		}
		assert.Equal(t, bytes.LastIndexByte(journal, '\n')+1, int(end))
		assert.Equal(t, bytes.Count(journal, []byte("\n")), len(events)+len(damage))
		for _, d := range damage {
			assert.LessOrEqual(t, d.Offset+int64(d.Bytes), end)
		}
		for _, e := range events {
			if e.Validate() != nil {
				continue // nobody writes it
			}
			line, err := record.AppendLine(nil, e)
			require.NoError(t, err)
			again, _, _, err := record.ReadJournal(bytes.NewReader(line))
			require.NoError(t, err)
			require.Len(t, again, 1)
			assert.Equal(t, e.ContentKey(0), again[0].ContentKey(0))
		}
	})
}

// FuzzJournalLine: a valid event comes back as it was.
func FuzzJournalLine(f *testing.F) {
	f.Add("prompt <&>\u2028", "pattern", 0.1, []byte(`{"a":[1,"<"]}`), int64(1))
	f.Add("\ufffd", "", 1e-300, []byte(`{}`), int64(-1))

	f.Fuzz(func(t *testing.T, prompt, pattern string, confidence float64, metadata []byte, n int64) {
		json, err := metrics.ParseJSON(metadata)
		if err != nil {
			return
		}
		e := &metrics.CodeGeneration{
			Origin: metrics.Origin{Source: &prompt, GenerationKey: new(strings.Repeat("0", 64))},
			Prompt: prompt, PatternsApplied: metrics.Names{pattern}, Confidence: &confidence, PatternsCount: &n,
			GenerationMetadata: json, Timestamp: noon,
		}
		metrics.Complete(e)
		if e.Validate() != nil {
			return
		}
		line, err := record.AppendLine(nil, e)
		require.NoError(t, err)
		got, damage, _, err := record.ReadJournal(bytes.NewReader(line))
		require.NoError(t, err)
		require.Empty(t, damage)
		assert.Equal(t, []metrics.Event{e}, got)
	})
}
