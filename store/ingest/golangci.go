package ingest

import (
	"io"
	"slices"
	"strings"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// GolangCI is the JSON of golangci-lint, versions 1 and 2. It says no times;
// see [Options].
const GolangCI Format = "golangci-lint"

func golangciDecoder() decoder {
	return decoder{
		format: GolangCI,
		recognises: func(_ []byte, keys []string) bool {
			return len(keys) > 0 && keys[0] == "Issues"
		},
		read:   readGolangCI,
		locate: locateNowhere,
	}
}

// locateNowhere is for formats whose columns have no place of their own in a
// record.
func locateNowhere(settings, record, string) string { return "" }

const reviewTable = "metrics_code_reviews"

func readGolangCI(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	s.origin.Source = orElse(s.origin.Source, "golangci-lint")
	return walk(r, func(doc *stream) error {
		return doc.object(func(key string) error {
			if key != "Issues" {
				return doc.pass()
			}
			found.table(reviewTable)
			return doc.list(func(index int) error {
				rec := record{list: "$.Issues", index: index, table: reviewTable}
				var issue golangciIssue
				if err := doc.decode(&rec, &issue, found); err != nil {
					return err
				}
				if rec.faults == nil {
					rec.event, rec.faults = issue.review(s)
				}
				if !emit(rec) {
					return errStopped
				}
				return nil
			})
		})
	})
}

// orElse returns a text that is known, else another one unless that is empty.
func orElse(known *string, other string) *string {
	if known != nil || other == "" {
		return known
	}
	return &other
}

// golangciIssue is what we read of an issue.
type golangciIssue struct {
	FromLinter string
	Text       string
	Severity   string
	Pos        struct {
		Filename string
		Line     int64
	}
	Replacement *struct { // version 1
		NewLines []string
	}
	SuggestedFixes []struct { // version 2
		Message string
	}
}

func (i golangciIssue) review(s settings) (metrics.Event, []fault) {
	if s.time.IsZero() {
		return nil, []fault{timeless()}
	}
	return &metrics.CodeReview{
		Origin:     s.origin,
		IssueType:  i.FromLinter,
		Pattern:    metrics.NoPattern,
		Severity:   i.severity(),
		FilePath:   orElse(nil, i.Pos.Filename),
		Line:       &i.Pos.Line,
		Suggestion: orElse(nil, i.suggestion()),
		Count:      1,
		Timestamp:  s.time,
	}, nil
}

// timeless is the fault of a record that has no time at all.
func timeless() fault {
	return fault{column: "timestamp", reason: "is missing: the file says no time, so it must be said for the whole file"}
}

// severity reads none as error, as golangci-lint itself does when it writes
// SARIF.
func (i golangciIssue) severity() metrics.Severity {
	switch s := metrics.Severity(strings.ToLower(i.Severity)); s {
	case "", "error":
		return metrics.SeverityHigh
	case "warning":
		return metrics.SeverityMedium
	case "info", "note":
		return metrics.SeverityLow
	default: // of the user's own; refused unless it is one of ours
		return s
	}
}

// suggestion is what the linter says, and what it would write instead.
func (i golangciIssue) suggestion() string {
	parts := []string{i.Text}
	for _, fix := range i.SuggestedFixes {
		parts = append(parts, fix.Message)
	}
	if i.Replacement != nil {
		parts = append(parts, strings.Join(i.Replacement.NewLines, "\n"))
	}
	return paragraphs(parts...)
}

// paragraphs joins those texts that are not empty, and of two equal ones the
// first.
func paragraphs(texts ...string) string {
	var kept []string
	for _, text := range texts {
		if text != "" && !slices.Contains(kept, text) {
			kept = append(kept, text)
		}
	}
	return strings.Join(kept, "\n\n")
}
