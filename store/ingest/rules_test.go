package ingest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

func TestRulesAssignPatterns(t *testing.T) {
	t.Parallel()

	rules, err := ingest.ParseRules(strings.NewReader(`{"rules":[
		{"pattern":"first","test":"shop/*.Test?um"},
		{"pattern":"both","path":"internal/*","rule":"re:^G2"},
		{"pattern":"said","message":"re:(?i)deadline"},
		{"pattern":"too late","test":"*"}
	]}`))
	require.NoError(t, err)
	text := `{"test_failures":[
		{"test_name":"shop/a/b.TestSum","failure_reason":"deadline",` + at + `},
		{"test_name":"shop/a/b.TestSums","failure_reason":"context\nDeadline exceeded",` + at + `},
		{"test_name":"other","failure_reason":"x","pattern_violated":"its own",` + at + `},
		{"test_name":"other","failure_reason":"x",` + at + `}],
	"bugs":[
		{"pattern":"(none)","error":"DEADLINE",` + at + `},
		{"pattern":"(none)","error":"x","file_path":"internal/x.go",` + at + `},
		{"pattern":"p","error":"deadline",` + at + `}],
	"code_reviews":[
		{"issue_type":"G201","pattern":"(none)","severity":"low","file_path":"internal/x.go",` + at + `},
		{"issue_type":"G201","pattern":"(none)","severity":"low","file_path":"x.go",` + at + `}],
	"deployment_issues":[
		{"environment":"production","error":"deadline",` + at + `},
		{"environment":"production",` + at + `}]}`
	var sink memory
	receipt := importText(t, &sink, text, ingest.Options{Rules: rules})
	require.Equal(t, receipt.Total().Read, receipt.Total().Stored)

	var got []string
	for _, e := range sink.events {
		pattern := "NULL"
		switch e := e.(type) {
		case *metrics.TestFailure:
			if e.PatternViolated != nil {
				pattern = *e.PatternViolated
			}
		case *metrics.Bug:
			pattern = e.Pattern
		case *metrics.CodeReview:
			pattern = e.Pattern
		case *metrics.Deployment:
			if e.Pattern != nil {
				pattern = *e.Pattern
			}
		}
		got = append(got, pattern)
	}
	assert.Equal(t, []string{
		"first", "said", "its own", "too late",
		"said", "too late", "p",
		"both", "too late",
		"said", "too late",
	}, got)
}

func TestRulesNameTheirMistakes(t *testing.T) {
	t.Parallel()

	_, err := ingest.ParseRules(strings.NewReader(`{"rules":[
		{"pattern":"good","test":"*"}, {"test":"re:("}, {"pattern":"p"}, {"pattern":"` + strings.Repeat("x", 1025) + `","path":"re:["}]}`))
	require.Error(t, err)
	assert.Equal(t, []string{
		`ingest: rules: rule 2: pattern: metrics: pattern "": must not be empty`,
		"ingest: rules: rule 2: test: error parsing regexp: missing closing ): `(`",
		`ingest: rules: rule 3: test, rule, path or message: one of them is needed`,
		`ingest: rules: rule 4: pattern: metrics: pattern "` + strings.Repeat("x", 40) + `"…: must be at most 1024 bytes, has 1025`,
		"ingest: rules: rule 4: path: error parsing regexp: missing closing ]: `[`",
	}, strings.Split(err.Error(), "\n"))

	for name, c := range map[string]struct{ text, said string }{
		"empty":       {``, "EOF"},
		"other key":   {`{"rules":[{"pattern":"p","tests":"x"}]}`, `unknown field "tests"`},
		"no object":   {`[]`, "cannot unmarshal array"},
		"junk behind": {`{"rules":[]} x`, "text follows after the end of the object"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ingest.ParseRules(strings.NewReader(c.text))
			require.ErrorContains(t, err, "ingest: rules: ")
			assert.ErrorContains(t, err, c.said)
		})
	}
}

// Whatever the rules say, an import with them stores what one without them
// stores.
func FuzzParseRules(f *testing.F) {
	f.Add(`{"rules":[{"pattern":"a","test":"*?x"},{"pattern":"b","message":"re:^e"}]}`)
	f.Add(`{"rules":[{"pattern":"\u0000","path":"re:("}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := ingest.ParseRules(strings.NewReader(text))
		if err != nil {
			assert.True(t, strings.HasPrefix(err.Error(), "ingest: rules: "), err)
			return
		}
		var sink memory
		receipt := importText(t, &sink, `{"bugs":[{"pattern":"(none)","error":"e",`+at+`}]}`, ingest.Options{Rules: rules})
		assert.Equal(t, ingest.Count{Read: 1, Stored: 1}, receipt.Total())
	})
}
