package ingest

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Format is a kind of file.
type Format string

// FeedbackLoop is the JSON of the original Python program: an object whose
// lists bugs, test_failures, code_reviews, performance_metrics,
// deployment_issues, code_generation and llm_calls hold records.
const FeedbackLoop Format = "feedback-loop"

// Formats are the names of all formats.
func Formats() []string {
	var names []string
	for _, d := range decoders() {
		names = append(names, string(d.format))
	}
	return names
}

// ParseFormat returns the format of that name.
func ParseFormat(name string) (Format, error) {
	f := Format(name)
	_, err := f.decoder()
	return f, err
}

// FormatError says where a file stops being of its format. What stood before
// is imported.
type FormatError struct {
	File   string
	Format Format
	Offset int64  // bytes from the beginning of the file
	Reason string // in words
}

// Error names file, position and reason.
func (e *FormatError) Error() string {
	return fmt.Sprintf("ingest: %s is no %s file: at byte %d: %s", e.File, e.Format, e.Offset, e.Reason)
}

// decoder takes files of a format apart.
type decoder struct {
	format Format

	// recognises says whether a file that begins so is of the format. Head is
	// the whole file if that is short, else its first headBytes; keys are those
	// of the JSON object with which it begins, see keysOf.
	recognises func(head []byte, keys []string) bool

	// read calls emit for each record, in their order, until emit returns
	// false. It returns a formatError or what r says. It makes no record
	// because the file ends: the file may grow.
	read func(r io.Reader, s settings, emit func(record) bool, found *findings) error

	// locate returns what a refused event has instead of a column, as the end
	// of a path, such as .duration_ms for execution_time_ms.
	locate func(s settings, r record, column string) string
}

// decoders are those of all formats, in the order in which they are tried. The
// last one takes what no other recognises, and says what is wrong with it.
func decoders() []decoder {
	return []decoder{
		jsonLinesDecoder(),
		goTestDecoder(),
		junitDecoder(),
		pytestDecoder(),
		ctrfDecoder(),
		sarifDecoder(),
		golangciDecoder(),
		githubDecoder(),
		otelDecoder(),
		feedbackLoopDecoder(),
	}
}

// headBytes is how much of a file is looked at to recognise its format.
const headBytes = 64 << 10

func recognise(head []byte) decoder {
	all, keys := decoders(), keysOf(head)
	for _, d := range all {
		if d.recognises(head, keys) {
			return d
		}
	}
	return all[len(all)-1]
}

func (f Format) decoder() (decoder, error) {
	for _, d := range decoders() {
		if d.format == f {
			return d, nil
		}
	}
	return decoder{}, fmt.Errorf("ingest: unknown format %q: known are %s", string(f), strings.Join(Formats(), ", "))
}

// settings are what a decoder needs to know beside the file.
type settings struct {
	origin metrics.Origin // of records that do not say themselves
	zone   *time.Location // of times without offset
	time   metrics.Time   // of records in files without times; zero when unknown
	rules  *Rules         // of events without pattern
}

// record is one record of a file: an event, or the reason why it is none.
type record struct {
	list   string // what it stands in, as the beginning of a path, such as $.bugs
	index  int    // in the list, from 0
	table  string // to which it belongs
	text   string // as it was read; only the beginning if it is long
	size   int64  // of its text in the file, in bytes
	event  metrics.Event
	faults []fault // when event is nil
}

func (r record) path() string { return fmt.Sprintf("%s[%d]", r.list, r.index) }

// fault is what is wrong with a record.
type fault struct {
	column string // empty when it is the whole record
	at     string // where it stands in the record, as the end of a path
	reason string
}

// formatError is a FormatError without the name of the file.
type formatError struct {
	offset int64
	reason string
}

func (e *formatError) Error() string { return e.reason }
