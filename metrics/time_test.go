package metrics_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
)

func ExampleAt() {
	newYork := time.FixedZone("EST", -5*60*60)
	t := metrics.At(time.Date(2026, 1, 31, 20, 30, 0, 123456789, newYork))
	fmt.Println(t)
	// Output: 2026-02-01 01:30:00.123456 +0000 UTC
}

func TestTimeReadsWhatDriversReturn(t *testing.T) {
	t.Parallel()

	want := metrics.At(time.Date(2026, 3, 1, 6, 30, 0, 123456000, time.UTC))
	for name, src := range map[string]any{
		"our fixed text":              "2026-03-01 06:30:00.123456",
		"text as bytes":               []byte("2026-03-01 06:30:00.123456"),
		"Bun's text":                  "2026-03-01 06:30:00.123456+00:00",
		"PostgreSQL's text":           "2026-03-01 07:30:00.123456+01",
		"RFC 3339":                    "2026-03-01T06:30:00.123456Z",
		"another zone":                time.Date(2026, 3, 1, 7, 30, 0, 123456000, time.FixedZone("", 3600)),
		"more digits than are stored": time.Date(2026, 3, 1, 6, 30, 0, 123456999, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got metrics.Time
			require.NoError(t, got.Scan(src))
			assert.Equal(t, want, got)
		})
	}
}

func TestTimeRefusesWhatIsNone(t *testing.T) {
	t.Parallel()

	for _, src := range []any{"", "yesterday", "2026-03-01", int64(1772346600), nil} {
		var got metrics.Time
		assert.Error(t, got.Scan(src), "Scan(%v)", src)
	}
}

func TestTimeSurvivesJSON(t *testing.T) {
	t.Parallel()

	want := metrics.At(time.Date(2026, 3, 1, 6, 30, 0, 123456000, time.UTC))
	data, err := json.Marshal(want)
	require.NoError(t, err)
	var got metrics.Time
	require.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, want, got)
	assert.Error(t, json.Unmarshal([]byte(`"noon"`), &got))
}
