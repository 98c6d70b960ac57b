package record

import (
	"errors"
	"reflect"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// copyOf returns a copy of an event that shares nothing changeable with it, and
// about how many bytes it takes. The copy is one allocation, and one more for a
// JSON field.
func copyOf(e metrics.Event) (own metrics.Event, size int, err error) {
	if e == nil || reflect.ValueOf(e).IsNil() {
		return nil, 0, errors.New("record: no event")
	}
	switch e := e.(type) {
	case *metrics.Bug:
		own, size = copyBug(e)
	case *metrics.TestFailure:
		own, size = copyTestFailure(e)
	case *metrics.CodeReview:
		own, size = copyCodeReview(e)
	case *metrics.Performance:
		own, size = copyPerformance(e)
	case *metrics.Deployment:
		own, size = copyDeployment(e)
	case *metrics.CodeGeneration:
		own, size = copyCodeGeneration(e)
	}
	return own, size, nil
}

func copyBug(b *metrics.Bug) (metrics.Event, int) {
	c := &struct {
		metrics.Bug
		origin                 origin
		code, path, stackTrace string
		line                   int64
	}{Bug: *b}
	size := c.origin.keep(&c.Origin) + len(c.Pattern) + len(c.Error) +
		keepText(&c.Code, &c.code) + keepText(&c.FilePath, &c.path) + keepText(&c.StackTrace, &c.stackTrace)
	keep(&c.Line, &c.line)
	return &c.Bug, size
}

func copyTestFailure(f *metrics.TestFailure) (metrics.Event, int) {
	c := &struct {
		metrics.TestFailure
		origin           origin
		pattern, snippet string
	}{TestFailure: *f}
	size := c.origin.keep(&c.Origin) + len(c.TestName) + len(c.FailureReason) +
		keepText(&c.PatternViolated, &c.pattern) + keepText(&c.CodeSnippet, &c.snippet)
	return &c.TestFailure, size
}

func copyCodeReview(r *metrics.CodeReview) (metrics.Event, int) {
	c := &struct {
		metrics.CodeReview
		origin           origin
		path, suggestion string
		line             int64
	}{CodeReview: *r}
	size := c.origin.keep(&c.Origin) + len(c.IssueType) + len(c.Pattern) + len(c.Severity) +
		keepText(&c.FilePath, &c.path) + keepText(&c.Suggestion, &c.suggestion)
	keep(&c.Line, &c.line)
	return &c.CodeReview, size
}

func copyPerformance(p *metrics.Performance) (metrics.Event, int) {
	c := &struct {
		metrics.Performance
		origin           origin
		function         string
		time             float64
		memory, fileSize int64
	}{Performance: *p}
	size := c.origin.keep(&c.Origin) + len(c.MetricType) +
		keepText(&c.FunctionName, &c.function) + keepJSON(&c.Details)
	keep(&c.ExecutionTimeMS, &c.time)
	keep(&c.MemoryUsageBytes, &c.memory)
	keep(&c.FileSizeBytes, &c.fileSize)
	return &c.Performance, size
}

func copyDeployment(d *metrics.Deployment) (metrics.Event, int) {
	c := &struct {
		metrics.Deployment
		origin                    origin
		issueType, pattern, cause string
		minutes                   int64
	}{Deployment: *d}
	size := c.origin.keep(&c.Origin) + len(c.Environment) +
		keepText(&c.IssueType, &c.issueType) + keepText(&c.Pattern, &c.pattern) + keepText(&c.RootCause, &c.cause)
	keep(&c.ResolutionTimeMinutes, &c.minutes)
	return &c.Deployment, size
}

func copyCodeGeneration(g *metrics.CodeGeneration) (metrics.Event, int) {
	c := &struct {
		metrics.CodeGeneration
		origin        origin
		names         [8]string // more are an allocation of their own
		count, length int64
		confidence    float64
		success       bool
		compilation   string
	}{CodeGeneration: *g}
	size := c.origin.keep(&c.Origin) + len(c.Prompt) +
		keepText(&c.CompilationError, &c.compilation) + keepJSON(&c.GenerationMetadata)
	if c.PatternsApplied != nil {
		c.PatternsApplied = append(metrics.Names(c.names[:0]), c.PatternsApplied...)
	}
	for _, name := range c.PatternsApplied {
		size += len(name)
	}
	keep(&c.PatternsCount, &c.count)
	keep(&c.Confidence, &c.confidence)
	keep(&c.Success, &c.success)
	keep(&c.CodeLength, &c.length)
	return &c.CodeGeneration, size
}

// fixedSize is what an event takes beside its texts.
const fixedSize = 512

// origin has room for what the fields of a [metrics.Origin] point to.
type origin struct {
	organization                     int64
	project, source, run, generation string
}

func (o *origin) keep(of *metrics.Origin) (size int) {
	keep(&of.OrganizationID, &o.organization)
	return fixedSize + len(of.EventKey) + keepText(&of.Project, &o.project) + keepText(&of.Source, &o.source) +
		keepText(&of.RunID, &o.run) + keepText(&of.GenerationKey, &o.generation)
}

// keep moves what a field points to into room.
func keep[T any](field **T, room *T) {
	if *field != nil {
		*room = **field
		*field = room
	}
}

func keepText(field **string, room *string) (size int) {
	keep(field, room)
	return len(*room)
}

func keepJSON(field *metrics.JSON) (size int) {
	if *field != nil {
		*field = append(metrics.JSON{}, *field...)
	}
	return len(*field)
}
