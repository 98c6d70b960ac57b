package ingest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

func TestFingerprintsIdentifyFindings(t *testing.T) {
	t.Parallel()

	report := func(run, end, line, fingerprint string) string {
		return fmt.Sprintf(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"scan"}},%s"invocations":[{"endTimeUtc":%q}],"results":[{"ruleId":"R1",`+
			`"message":{"text":"leaks"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.go"},"region":{"startLine":%s}}}],%s}]}]}`,
			run, end, line, fingerprint)
	}
	const (
		first  = `"automationDetails":{"guid":"11111111-1111-1111-8888-111111111111"},`
		second = `"automationDetails":{"id":"nightly/2"},`
		series = `"automationDetails":{"id":"nightly/"},`
		early  = "2026-03-04T02:00:00Z"
		late   = "2026-03-04T03:00:00Z"
		mark   = `"partialFingerprints":{"h":"1","i":"2"}`
		turned = `"partialFingerprints":{"i":"2","h":"1"}`
		other  = `"fingerprints":{"stable/v1":"9"}`
		none   = `"rank":1`
	)
	for name, c := range map[string]struct {
		before, after string
		stored        int // of the second file
	}{
		"the same run again, moved and later":   {report(first, early, "3", mark), report(first, late, "5", turned), 0},
		"another run":                           {report(first, early, "3", mark), report(second, early, "3", mark), 1},
		"another fingerprint":                   {report(first, early, "3", mark), report(first, early, "3", other), 1},
		"no run, the same time":                 {report("", early, "3", mark), report("", early, "4", mark), 0},
		"no run, another time":                  {report("", early, "3", mark), report("", late, "3", mark), 1},
		"a series of runs, another time":        {report(series, early, "3", mark), report(series, late, "3", mark), 1},
		"no fingerprints, the same":             {report(first, early, "3", none), report(first, early, "3", none), 0},
		"no fingerprints, moved":                {report(first, early, "3", none), report(first, early, "4", none), 1},
		"no fingerprints, the same run, later":  {report(first, early, "3", none), report(first, late, "3", none), 1},
		"fingerprints of two runs of two tools": {report("", early, "3", mark), strings.Replace(report("", early, "3", mark), "scan", "lint", 1), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var sink memory
			require.Equal(t, 1, importText(t, &sink, c.before, ingest.Options{}).Total().Stored)
			assert.Equal(t, c.stored, importText(t, &sink, c.after, ingest.Options{}).Total().Stored)
		})
	}
}

func TestSeveritiesOfSARIF(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		rule, result string
		want         metrics.Severity
	}{
		"nothing is warning":              {`{"rank":1}`, `{"rank":1}`, metrics.SeverityMedium},
		"the rule's level":                {`{"defaultConfiguration":{"level":"note"}}`, `{"rank":1}`, metrics.SeverityLow},
		"its own level":                   {`{"defaultConfiguration":{"level":"note"}}`, `{"level":"error"}`, metrics.SeverityHigh},
		"a score before a level":          {`{"properties":{"security-severity":"9.8"}}`, `{"level":"note"}`, metrics.SeverityCritical},
		"its own score before the rule's": {`{"properties":{"security-severity":"9.8"}}`, `{"properties":{"security-severity":5}}`, metrics.SeverityMedium},
		"just high":                       {`{"properties":{"security-severity":"7.0"}}`, `{"rank":1}`, metrics.SeverityHigh},
		"just not medium":                 {`{"properties":{"security-severity":"3.9"}}`, `{"level":"error"}`, metrics.SeverityLow},
		"a score of none is no score":     {`{"properties":{"security-severity":"0.0"}}`, `{"level":"error"}`, metrics.SeverityHigh},
		"a score that is no number":       {`{"properties":{"security-severity":"bad"}}`, `{"level":"error"}`, metrics.SeverityHigh},
		"a level that does not exist":     {`{"rank":1}`, `{"level":"fatal"}`, metrics.SeverityMedium},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			// The rules stand behind the results, as gosec writes them.
			var sink memory
			importText(t, &sink, `{"runs":[{"results":[`+strings.Replace(c.result, "{", `{"ruleId":"R1/sub","message":{"text":"m"},`, 1)+
				`],"tool":{"driver":{"name":"x","rules":[`+strings.Replace(c.rule, "{", `{"id":"R1",`, 1)+`]}}}],"version":"2.1.0"}`, ingest.Options{Time: noon})
			require.Len(t, sink.events, 1)
			assert.Equal(t, c.want, sink.events[0].(*metrics.CodeReview).Severity)
		})
	}
}

func TestFilesThatAreNoSARIF(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		text   string
		offset int64
		reason string
	}{
		"an older version":  {`{"version":"2.0.0","runs":[]}`, 11, "2.1.0 is expected"},
		"runs are no list":  {`{"runs":{}}`, 8, "[ is expected"},
		"a key is missing":  {`{"runs":[{1:2}]}`, 10, "a key in quotes"},
		"a value is broken": {`{"runs":[{"results":[{"ruleId":tru}]}]}`, 31, "no JSON value"},
		"junk follows":      {`{"runs":[]} x`, 12, "text follows"},
		"it is cut off":     {`{"runs":[{"results":[`, 21, "ends too early"},
		"no comma":          {`{"runs":[] "a":1}`, 11, "a comma or }"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := ingest.Import(t.Context(), &memory{}, document(c.text), noon, ingest.Options{Format: ingest.SARIF})
			var wrong *ingest.FormatError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, c.offset, wrong.Offset)
			assert.Contains(t, wrong.Reason, c.reason)
		})
	}
}
