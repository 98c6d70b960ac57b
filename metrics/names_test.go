package metrics_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
)

func TestNamesTellUnknownFromNone(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		names metrics.Names
		value any
	}{
		"unknown":        {nil, nil},
		"none":           {metrics.Names{}, `[]`},
		"some":           {metrics.Names{"b", "a", "b"}, `["b","a","b"]`},
		"with a quote":   {metrics.Names{`say "hi"`}, `["say \"hi\""]`},
		"not in English": {metrics.Names{"größe"}, `["größe"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			value, err := c.names.Value()
			require.NoError(t, err)
			assert.Equal(t, c.value, value)

			var back metrics.Names
			require.NoError(t, back.Scan(value))
			assert.Equal(t, c.names, back)
		})
	}
}

func TestNamesRefuseOtherJSON(t *testing.T) {
	t.Parallel()

	for _, text := range []string{`{}`, `"a"`, `[1]`, `[`, ``} {
		var names metrics.Names
		assert.Error(t, names.Scan(text), "Scan(%q)", text)
	}
}
