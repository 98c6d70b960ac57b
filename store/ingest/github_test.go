package ingest_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// A deployment is one row and a failed status one issue, whether events or
// the lists of the API report them, and in whatever order.
func TestDeploymentsCountOnce(t *testing.T) {
	t.Parallel()

	files := []string{"events.jsonl", "deployments.json", "statuses.json"}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		var sink memory
		for _, i := range order {
			text, err := os.ReadFile("testdata/github/" + files[i])
			require.NoError(t, err)
			importText(t, &sink, string(text), ingest.Options{RunID: files[i]})
		}
		tables := map[string]int{}
		for _, e := range sink.events {
			tables[e.Table()]++
		}
		assert.Equal(t, map[string]int{"metrics_performance": 4 + 2, "metrics_deployment": 1}, tables, "order %v", order)
	}
}

func TestPayloadsOfGitHub(t *testing.T) {
	t.Parallel()

	const status = `{"deployment_status":{"id":1,"state":"success","environment":"e","created_at":"2026-03-04T10:00:00Z"},"deployment":{"id":2}}`
	for name, c := range map[string]struct {
		text   string
		stored int
		passed map[string]int
	}{
		"one event":      {status, 1, nil},
		"a list":         {"[" + status + "," + status + "]", 1, nil},
		"an empty list":  {"[]", 0, nil},
		"without ids":    {`[{"deployment_status":{"state":"success","environment":"e","created_at":"2026-03-04T10:00:00Z"}},{"deployment_status":{"state":"success","environment":"e","created_at":"2026-03-04T10:00:00Z"}}]`, 2, nil},
		"another event":  {`{"action":"opened","issue":{},"sender":{}}`, 0, map[string]int{"neither deployment nor workflow run": 1}},
		"a review":       {`{"action":"submitted","review":{"state":"changes_requested"},"sender":{}}`, 0, map[string]int{"neither deployment nor workflow run": 1}},
		"still going on": {`{"deployment_status":{"id":1,"state":"queued"}}`, 0, map[string]int{"deployment status queued": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			receipt := importText(t, &memory{}, c.text, ingest.Options{Format: ingest.GitHub})
			assert.Equal(t, c.stored, receipt.Total().Stored)
			assert.Equal(t, c.passed, receipt.PassedOver)
		})
	}
}
