package ingest

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// list is one of the lists of a feedback-loop document.
type list struct {
	name  string
	table string
	event func(*fields) metrics.Event
}

var lists = []list{
	{"bugs", "metrics_bugs", bug},
	{"test_failures", "metrics_test_failures", testFailure},
	{"code_reviews", "metrics_code_reviews", codeReview},
	{"performance_metrics", "metrics_performance", performance},
	{"deployment_issues", "metrics_deployment", deployment},
	{"code_generation", "metrics_code_generation", codeGeneration},
	{"llm_calls", "metrics_performance", llmCall},
}

func bug(f *fields) metrics.Event {
	return &metrics.Bug{
		Origin:     f.origin(),
		Pattern:    f.text("pattern"),
		Error:      f.text("error"),
		Code:       f.optionalText("code"),
		FilePath:   f.optionalName("file_path"),
		Line:       f.integer("line"),
		StackTrace: f.optionalText("stack_trace"),
		Count:      f.count(),
		Timestamp:  f.time(),
	}
}

func testFailure(f *fields) metrics.Event {
	return &metrics.TestFailure{
		Origin:          f.origin(),
		TestName:        f.text("test_name"),
		FailureReason:   f.text("failure_reason"),
		PatternViolated: f.optionalName("pattern_violated"),
		CodeSnippet:     f.optionalText("code_snippet"),
		Count:           f.count(),
		Timestamp:       f.time(),
	}
}

func codeReview(f *fields) metrics.Event {
	return &metrics.CodeReview{
		Origin:     f.origin(),
		IssueType:  f.text("issue_type"),
		Pattern:    f.text("pattern"),
		Severity:   f.severity(),
		FilePath:   f.optionalName("file_path"),
		Line:       f.integer("line"),
		Suggestion: f.optionalText("suggestion"),
		Count:      f.count(),
		Timestamp:  f.time(),
	}
}

// performance reads the two forms that occur: what was measured beside its
// type, or inside details.
func performance(f *fields) metrics.Event {
	f.openDetails()
	p := &metrics.Performance{
		Origin:           f.origin(),
		FunctionName:     f.optionalName("function_name", "operation", "details.function"),
		ExecutionTimeMS:  f.number("execution_time_ms", "duration_ms", "details.avg_time_ms", "details.max_time_ms"),
		MemoryUsageBytes: f.integer("memory_usage_bytes", "details.memory_usage"),
		FileSizeBytes:    f.integer("file_size_bytes", "details.file_size"),
		Timestamp:        f.time(),
	}
	if timed := f.member("duration_ms") != nil; timed && f.member("metric_type") == nil {
		p.MetricType = metrics.MetricExecutionTime
	} else {
		p.MetricType = f.text("metric_type")
	}
	p.Details = f.object("details")
	return p
}

func deployment(f *fields) metrics.Event {
	return &metrics.Deployment{
		Origin:                f.origin(),
		IssueType:             f.optionalName("issue_type"),
		Pattern:               f.optionalName("pattern"),
		Environment:           f.text("environment"),
		RootCause:             f.optionalText("root_cause", "error"),
		ResolutionTimeMinutes: f.integer("resolution_time_minutes"),
		Count:                 f.count(),
		Timestamp:             f.time(),
	}
}

func codeGeneration(f *fields) metrics.Event {
	g := &metrics.CodeGeneration{
		Origin:           f.origin(),
		Prompt:           f.text("prompt"),
		PatternsApplied:  f.names("patterns_applied"),
		PatternsCount:    f.integer("patterns_count"),
		Confidence:       f.number("confidence"),
		Success:          f.boolean("success"),
		CodeLength:       f.integer("code_length"),
		CompilationError: f.optionalText("compilation_error"),
		Timestamp:        f.time(),
	}
	g.GenerationMetadata = f.object("generation_metadata", "metadata")
	return g
}

// llmCall keeps the whole call in details, all but its time.
func llmCall(f *fields) metrics.Event {
	p := &metrics.Performance{MetricType: metrics.MetricLLMCall, Timestamp: f.time()}
	var details strings.Builder
	writeObject(&details, f.untaken())
	p.Details = f.canonical("details", "", details.String())
	p.Origin = f.origin()
	p.ExecutionTimeMS = f.number("execution_time_ms", "latency_ms")
	f.boolean("success") // details keep it, in its right type
	return p
}

func feedbackLoopDecoder() decoder {
	return decoder{
		format:     FeedbackLoop,
		recognises: func([]byte, []string) bool { return false }, // it is the last one
		read:       readFeedbackLoop,
		locate:     locateFeedbackLoop,
	}
}

// readFeedbackLoop reads a document of lists. It never holds more of it than
// one record.
func readFeedbackLoop(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	return walk(r, func(doc *stream) error {
		if c, err := doc.next(); err != nil {
			return err
		} else if c != '{' {
			return doc.fail("it is no JSON object with lists such as bugs and code_generation")
		}
		d := document{stream: doc, fields: fields{settings: s, found: found}, emit: emit}
		return doc.object(d.member)
	})
}

// errStopped ends reading when emit wants no more.
var errStopped = errors.New("stopped")

type document struct {
	stream *stream
	fields fields // of the present record
	emit   func(record) bool
	seen   []string // names of the lists so far
}

func (d *document) member(key string) error {
	i := slices.IndexFunc(lists, func(l list) bool { return l.name == key })
	if i < 0 {
		d.fields.found.unknownMember(key)
		return d.stream.pass()
	}
	if slices.Contains(d.seen, key) {
		return &formatError{d.stream.keyOffset, key + " occurs twice"}
	}
	d.seen = append(d.seen, key)
	d.fields.found.table(lists[i].table)
	c, err := d.stream.next()
	if err != nil {
		return err
	}
	if c == '[' {
		return d.list(lists[i])
	}
	value, err := d.stream.value()
	if err != nil {
		return err
	}
	if string(value.bytes) != "null" {
		return &formatError{value.offset, key + " is no list"}
	}
	return nil
}

// check checks that a whole value is JSON.
func check(t text) (string, error) {
	p := parser{text: string(t.bytes)}
	_, err := p.value(0)
	if err == nil && p.at < len(p.text) {
		err = p.fail("no JSON value")
	}
	return p.text, within(t, err)
}

// within turns a mistake in a value into a mistake in the document. Depth is
// none: it is a limit of ours.
func within(t text, err error) error {
	var mistake *textError
	if errors.As(err, &mistake) {
		return &formatError{t.offset + int64(mistake.at), mistake.reason}
	}
	return nil
}

func (d *document) list(l list) error {
	return d.stream.list(func(index int) error {
		value, err := d.stream.value()
		if err != nil {
			return err
		}
		r := record{list: "$." + l.name, index: index, table: l.table}
		if err := d.decode(l, &r, value); err != nil {
			return err
		}
		if !d.emit(r) {
			return errStopped
		}
		return nil
	})
}

// decode makes an event of a value, or notes the faults of the record.
func (d *document) decode(l list, r *record, value text) error {
	if !r.take(value) {
		return nil
	}
	if r.text[0] != '{' {
		checked, err := check(value)
		if err != nil {
			return err
		}
		r.faults = []fault{{reason: fmt.Sprintf("must be %s, is %s", kindObject, kindOf(checked))}}
		return nil
	}
	parsed, err := members(d.fields.members[:0], r.text)
	if errors.Is(err, errTooDeep) {
		r.faults = []fault{{reason: "is " + errTooDeep.Error()}}
		return nil
	}
	if err != nil {
		return within(value, err)
	}
	mended, replaced := mend(r.text)
	if replaced > 0 {
		r.text = mended
		d.fields.found.replaced += replaced
		parsed, _ = members(parsed[:0], mended)
	}
	d.fields.use(parsed)
	r.event = l.event(&d.fields)
	for _, m := range d.fields.untaken() {
		d.fields.found.unknownKey(l.name, m.key)
	}
	if r.faults = d.fields.faults; r.faults != nil {
		r.event = nil
	}
	return nil
}

// use begins a record with these members, sorted by key.
func (f *fields) use(members []member) {
	f.members, f.details, f.faults, f.aliases = members, nil, nil, f.aliases[:0]
	f.exported = f.member("event_key") != nil
	for i := 1; i < len(members); i++ {
		if members[i].key == members[i-1].key {
			f.fault("", "", fmt.Sprintf("key %.64q occurs twice", members[i].key))
		}
	}
}

// locateFeedbackLoop reads a record again to see where a column came from.
func locateFeedbackLoop(s settings, r record, column string) string {
	f := fields{settings: s, found: &findings{}}
	parsed, _ := members(nil, r.text)
	f.use(parsed)
	for _, l := range lists {
		if "$."+l.name == r.list {
			l.event(&f)
		}
	}
	for _, a := range f.aliases {
		if a.column == column {
			return a.at
		}
	}
	return "." + column
}
