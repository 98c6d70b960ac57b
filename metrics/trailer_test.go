package metrics_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/doronpers/feedback-loop-go/metrics"
)

func ExampleGenerationKeys() {
	message := `Check the bounds of a cart

Feedback-Loop-Generation: 5f465bf47e9255465f465bf47e9255465f465bf47e9255465f465bf47e925546
Signed-off-by: A Developer <developer@example.com>
`
	for _, key := range metrics.GenerationKeys(message) {
		fmt.Println(key)
	}
	// Output: 5f465bf47e9255465f465bf47e9255465f465bf47e9255465f465bf47e925546
}

func TestGenerationKeys(t *testing.T) {
	t.Parallel()

	a, b := strings.Repeat("a", 64), strings.Repeat("0b", 32)
	for name, c := range map[string]struct {
		message string
		want    []string
	}{
		"an empty message":       {"", nil},
		"no trailer":             {"Add a cart\n\nIt works.\n", nil},
		"one":                    {"Add a cart\n\nFeedback-Loop-Generation: " + a + "\n", []string{a}},
		"several among others":   {"t\n\nFeedback-Loop-Generation: " + b + "\nReviewed-by: B\nFeedback-Loop-Generation: " + a, []string{b, a}},
		"one twice":              {"Feedback-Loop-Generation: " + a + "\nFeedback-Loop-Generation: " + a, []string{a}},
		"in capitals":            {"FEEDBACK-LOOP-GENERATION: " + a, []string{a}},
		"spaces":                 {"feedback-loop-generation \t:  " + a + " \t", []string{a}},
		"no space":               {"Feedback-Loop-Generation:" + a, []string{a}},
		"line ends of Windows":   {"t\r\n\r\nFeedback-Loop-Generation: " + a + "\r\n", []string{a}},
		"a squashed commit":      {"t (#7)\n\n* one\n\nFeedback-Loop-Generation: " + a + "\n\n* two\n\nFeedback-Loop-Generation: " + b + "\n", []string{a, b}},
		"indented":               {"  Feedback-Loop-Generation: " + a, nil},
		"quoted":                 {"> Feedback-Loop-Generation: " + a, nil},
		"within a sentence":      {"See Feedback-Loop-Generation: " + a, nil},
		"another trailer":        {"Feedback-Loop-Generations: " + a, nil},
		"a short value":          {"Feedback-Loop-Generation: " + a[:63], nil},
		"a key in capitals":      {"Feedback-Loop-Generation: " + strings.ToUpper(a), nil},
		"more behind the key":    {"Feedback-Loop-Generation: " + a + " (draft)", nil},
		"a value on two lines":   {"Feedback-Loop-Generation:\n " + a, nil},
		"without a value":        {"Feedback-Loop-Generation:", nil},
		"a name without a colon": {"Feedback-Loop-Generation " + a, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, metrics.GenerationKeys(c.message))
		})
	}
}

func FuzzGenerationKeys(f *testing.F) {
	key := strings.Repeat("0123456789abcdef", 4)
	f.Add("Add a cart\n\nFeedback-Loop-Generation: " + key + "\n")
	f.Add("feedback-loop-generation:\t" + key + "\r\n> Feedback-Loop-Generation: " + key)
	f.Add("\xff\x00:\n:")
	f.Fuzz(func(t *testing.T, message string) {
		keys := metrics.GenerationKeys(message)
		seen := map[string]bool{}
		for _, k := range keys {
			assert.False(t, seen[k], "%q occurs twice", k)
			seen[k] = true
			assert.Contains(t, message, k)
			bug := metrics.Bug{Origin: metrics.Origin{GenerationKey: &k}, Pattern: "p", Timestamp: noon}
			metrics.Complete(&bug)
			assert.NoError(t, bug.Validate(), "not a key to link with")
		}
		with := metrics.GenerationKeys(message + "\n" + metrics.GenerationTrailer + ": " + key + "\n")
		if seen[key] {
			assert.Equal(t, keys, with)
		} else {
			assert.Equal(t, append(keys, key), with)
		}
	})
}
