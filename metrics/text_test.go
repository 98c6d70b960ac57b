package metrics_test

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/doronpers/feedback-loop-go/metrics"
)

func TestCleanText(t *testing.T) {
	t.Parallel()

	assert.Equal(t, "é", metrics.CleanText("é"))
	assert.Equal(t, "a\uFFFDb\uFFFD", metrics.CleanText("a\x00b\xff\xfe"))
}

func TestCutTextIsBetweenCharacters(t *testing.T) {
	t.Parallel()

	for limit, want := range []string{"", "a", "a", "aé", "aé", "aé", "aé", "aé😀", "aé😀"} {
		got := metrics.CutText("aé😀", limit)
		assert.Equal(t, want, got, limit)
		assert.True(t, utf8.ValidString(got))
	}
	assert.Empty(t, metrics.CutText("\x80\x80\x80", 2), "no character begins here")
}
