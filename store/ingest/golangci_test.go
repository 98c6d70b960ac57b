package ingest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

func TestSeveritiesOfGolangCI(t *testing.T) {
	t.Parallel()

	for said, want := range map[string]metrics.Severity{
		"":         metrics.SeverityHigh, // as golangci-lint's own SARIF says
		"error":    metrics.SeverityHigh,
		"Warning":  metrics.SeverityMedium,
		"info":     metrics.SeverityLow,
		"note":     metrics.SeverityLow,
		"critical": metrics.SeverityCritical,
		"low":      metrics.SeverityLow,
		"blocker":  "", // refused
	} {
		t.Run("severity "+said, func(t *testing.T) {
			t.Parallel()

			var sink memory
			importText(t, &sink, fmt.Sprintf(`{"Issues":[{"FromLinter":"errcheck","Text":"unchecked","Severity":%q}]}`, said), ingest.Options{Time: noon})
			if want == "" {
				require.Len(t, sink.refused, 1)
				assert.Contains(t, sink.refused[0].Reason, "severity")
				return
			}
			require.Len(t, sink.events, 1)
			assert.Equal(t, want, sink.events[0].(*metrics.CodeReview).Severity)
		})
	}
}

func TestGolangCIWithoutIssues(t *testing.T) {
	t.Parallel()

	for _, text := range []string{`{"Issues":[],"Report":{"Linters":[{"Name":"errcheck"}]}}`, `{"Issues":null,"Report":{}}`} {
		receipt := importText(t, &memory{}, text, ingest.Options{})
		assert.Equal(t, ingest.GolangCI, receipt.Format)
		assert.Equal(t, map[string]ingest.Count{"metrics_code_reviews": {}}, receipt.Tables)
	}
}
