package ingest

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// OpenTelemetry is OTLP as JSON, as the file exporter of the collector writes
// it: one request of spans or logs per line. Those that follow the conventions
// for generative AI become calls of a language model, and spans with
// attributes feedback_loop.generation.* generations of code.
const OpenTelemetry Format = "opentelemetry"

func otelDecoder() decoder {
	return decoder{
		format: OpenTelemetry,
		recognises: func(_ []byte, keys []string) bool {
			return slices.Contains(keys, "resourceSpans") || slices.Contains(keys, "resourceLogs")
		},
		read:   readOTel,
		locate: locateNowhere,
	}
}

func readOTel(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	s.origin.Source = orElse(s.origin.Source, "opentelemetry")
	found.table("metrics_performance")
	return walkAll(r, func(doc *stream, index int) error {
		return doc.object(func(key string) error {
			if key != "resourceSpans" && key != "resourceLogs" {
				return doc.pass()
			}
			return doc.list(func(part int) error {
				resource := otelResource{stream: doc, settings: s, emit: emit, found: found}
				resource.path = fmt.Sprintf("$[%d].%s[%d]", index, key, part)
				return resource.read()
			})
		})
	})
}

// otelResource is what a program reported. Spans and logs that stand before
// the name of the program wait for it.
type otelResource struct {
	stream   *stream
	settings settings
	emit     func(record) bool
	found    *findings

	path         string
	known        bool // the name, or that there is none
	waiting      []otelWaiting
	waitingBytes int64
}

type otelWaiting struct {
	record record
	said   otelRecord
}

func (o *otelResource) read() error {
	err := o.stream.object(func(key string) error {
		switch key {
		case "resource":
			return o.resource()
		case "scopeSpans", "scopeLogs":
			return o.scopes(key)
		default:
			return o.stream.pass()
		}
	})
	if err != nil {
		return err
	}
	return o.flush()
}

func (o *otelResource) resource() error {
	var resource struct{ Attributes otelAttributes }
	if err := o.stream.decode(&record{}, &resource, &findings{}); err != nil {
		return err
	}
	o.settings.origin.Project = orElse(o.settings.origin.Project, resource.Attributes.text("service.name"))
	o.known = true
	return o.flush()
}

func (o *otelResource) scopes(scopes string) error {
	return o.stream.list(func(index int) error {
		return o.stream.object(func(key string) error {
			if key != "spans" && key != "logRecords" {
				return o.stream.pass()
			}
			list := fmt.Sprintf("%s.%s[%d].%s", o.path, scopes, index, key)
			return o.stream.list(func(index int) error { return o.record(list, index) })
		})
	})
}

func (o *otelResource) record(list string, index int) error {
	w := otelWaiting{record: record{list: list, index: index, table: "metrics_performance"}}
	if err := o.stream.decode(&w.record, &w.said, o.found); err != nil {
		return err
	}
	if w.record.faults == nil && !w.said.isCall() && w.said.generation() < 0 {
		o.found.passOver("neither a call of a language model nor a generation")
		return nil
	}
	o.waiting = append(o.waiting, w)
	if o.waitingBytes += int64(len(w.record.text)); o.waitingBytes > maxWaiting {
		return o.stream.fail(fmt.Sprintf("more than %d MiB stand before the resource to which they belong", maxWaiting>>20))
	}
	if o.known {
		return o.flush()
	}
	return nil
}

func (o *otelResource) flush() error {
	for _, w := range o.waiting {
		for _, rec := range w.said.records(o.settings, w.record, o.found) {
			if !o.emit(rec) {
				return errStopped
			}
		}
	}
	o.waiting, o.waitingBytes = o.waiting[:0], 0
	return nil
}

// otelRecord is a span or a log record.
type otelRecord struct {
	TraceID, SpanID string

	StartTimeUnixNano, EndTimeUnixNano otelInt // of a span
	TimeUnixNano, ObservedTimeUnixNano otelInt // of a log record
	Status                             struct{ Code any }
	EventName                          string // of a log record
	Attributes                         otelAttributes
	Events                             []struct{ Attributes otelAttributes }
}

// otelInt is an integer of 64 bits, which JSON may hold as text.
type otelInt int64

// UnmarshalJSON reads both forms.
func (n *otelInt) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	value, err := strconv.ParseInt(strings.Trim(string(text), `"`), 10, 64)
	*n = otelInt(value)
	return err
}

type otelAttributes []struct {
	Key   string
	Value otelValue
}

// otelValue is a value of any of the types that OpenTelemetry has.
type otelValue struct {
	StringValue *string
	BoolValue   *bool
	IntValue    *otelInt
	DoubleValue any // a number, or NaN or Infinity as text
	ArrayValue  *struct{ Values []otelValue }
	KvlistValue *struct{ Values otelAttributes }
}

// plain is the value as encoding/json has it; nil if it is of another type.
func (v otelValue) plain() any {
	switch {
	case v.StringValue != nil:
		return *v.StringValue
	case v.BoolValue != nil:
		return *v.BoolValue
	case v.IntValue != nil:
		return int64(*v.IntValue)
	case v.DoubleValue != nil:
		if text, ok := v.DoubleValue.(string); ok {
			number, _ := strconv.ParseFloat(text, 64)
			return number
		}
		return v.DoubleValue
	case v.ArrayValue != nil:
		list := []any{}
		for _, element := range v.ArrayValue.Values {
			list = append(list, element.plain())
		}
		return list
	case v.KvlistValue != nil:
		object := map[string]any{}
		for _, member := range v.KvlistValue.Values {
			object[member.Key] = member.Value.plain()
		}
		return object
	default:
		return nil
	}
}

// get returns the value of an attribute, nil if there is none.
func (a otelAttributes) get(key string) any {
	for _, attribute := range a {
		if attribute.Key == key {
			return attribute.Value.plain()
		}
	}
	return nil
}

// text returns the first of these attributes that is text and not empty.
func (a otelAttributes) text(keys ...string) string {
	for _, key := range keys {
		if s, ok := a.get(key).(string); ok && s != "" {
			return s
		}
	}
	return ""
}

// isCall tells whether the record is a call of a language model: an operation
// that makes text. Calls of tools and agents contain such calls, and would
// count them twice.
func (r otelRecord) isCall() bool {
	switch r.Attributes.text("gen_ai.operation.name") {
	case "chat", "generate_content", "text_completion":
	case "":
		if r.Attributes.text("gen_ai.request.model") == "" {
			return false
		}
	default:
		return false
	}
	// Of log records only the event that describes the whole call.
	return r.EventName == "" && r.EndTimeUnixNano != 0 || r.EventName == "gen_ai.client.inference.operation.details"
}

const generationPrefix = "feedback_loop.generation."

// generation is the index of the first attribute that makes it a generation of
// code, -1 if there is none.
func (r otelRecord) generation() int {
	for i, attribute := range r.Attributes {
		if strings.HasPrefix(attribute.Key, generationPrefix) {
			return i
		}
	}
	return -1
}

// records makes an event of the call and one of the generation.
func (r otelRecord) records(s settings, said record, found *findings) []record {
	if said.faults != nil {
		return []record{said}
	}
	at := r.time()
	if at.IsZero() {
		said.faults = []fault{{column: "timestamp", reason: "is missing: it has no time"}}
		return []record{said}
	}
	s.origin.RunID = orElse(s.origin.RunID, r.TraceID)
	var all []record
	if r.isCall() {
		call := said
		call.event, call.faults = r.call(s, at)
		all = append(all, call)
	}
	if i := r.generation(); i >= 0 {
		said.list, said.index, said.table = said.path()+".attributes", i, "metrics_code_generation"
		said.event, said.faults = r.codeGeneration(s, at, found)
		all = append(all, said)
	}
	return all
}

// time is when the span ended or the log record was written.
func (r otelRecord) time() metrics.Time {
	for _, n := range []otelInt{r.EndTimeUnixNano, r.TimeUnixNano, r.ObservedTimeUnixNano} {
		if n != 0 {
			return metrics.At(time.Unix(0, int64(n)))
		}
	}
	return metrics.Time{}
}

func (r otelRecord) failed() bool {
	return r.Attributes.text("error.type") != "" || fmt.Sprint(r.Status.Code) == "2" || r.Status.Code == "STATUS_CODE_ERROR"
}

// key is the same for a span, however often it was exported, and for the log
// record of the call that it describes; empty without ids.
func (r otelRecord) key(s settings, what string) string {
	if r.TraceID == "" || r.SpanID == "" {
		return ""
	}
	identity := metrics.Performance{MetricType: what, FunctionName: &r.SpanID}
	identity.OrganizationID, identity.RunID = s.origin.OrganizationID, &r.TraceID
	return identity.ContentKey(0)
}

// call has details as those of calls in feedback-loop files.
func (r otelRecord) call(s settings, at metrics.Time) (metrics.Event, []fault) {
	a := r.Attributes
	details := map[string]any{"event": "llm_call", "success": !r.failed()}
	for key, value := range map[string]string{
		"provider":       a.text("gen_ai.provider.name", "gen_ai.system"),
		"model":          a.text("gen_ai.request.model"),
		"response_model": a.text("gen_ai.response.model"),
		"operation":      a.text("gen_ai.operation.name"),
		"session_id":     a.text("gen_ai.conversation.id"),
		"error":          a.text("error.type"),
		"trace_id":       r.TraceID,
		"span_id":        r.SpanID,
	} {
		if value != "" {
			details[key] = value
		}
	}
	tokens := map[string]any{}
	for key, names := range map[string][]string{
		"prompt":     {"gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"},
		"completion": {"gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"},
	} {
		for _, name := range names {
			if n, ok := a.get(name).(int64); ok && tokens[key] == nil {
				tokens[key] = n
			}
		}
	}
	if len(tokens) > 0 {
		details["tokens"] = tokens
	}
	p := &metrics.Performance{Origin: s.origin, MetricType: metrics.MetricLLMCall, Timestamp: at}
	if took := r.EndTimeUnixNano - r.StartTimeUnixNano; r.StartTimeUnixNano != 0 && took >= 0 {
		p.ExecutionTimeMS = milliseconds(time.Duration(took))
		details["latency_ms"] = *p.ExecutionTimeMS
	}
	p.EventKey = r.key(s, metrics.MetricLLMCall)
	return withDetails(p, details)
}

// codeGeneration reads the attributes feedback_loop.generation.* as the
// columns of that name; those that are no columns go to the metadata, beside
// the model.
func (r otelRecord) codeGeneration(s settings, at metrics.Time, found *findings) (metrics.Event, []fault) {
	g := &metrics.CodeGeneration{Origin: s.origin, Timestamp: at}
	g.EventKey = r.key(s, "code_generation")
	metadata := map[string]any{}
	if model := r.Attributes.text("gen_ai.request.model"); model != "" {
		metadata["model"] = model
	}
	if r.SpanID != "" {
		metadata["span_id"] = r.SpanID
	}
	var faults []fault
	said := false // the prompt
	for _, attribute := range r.Attributes {
		column, ok := strings.CutPrefix(attribute.Key, generationPrefix)
		if !ok {
			continue
		}
		value := attribute.Value.plain()
		fits := true
		switch column {
		case "prompt":
			g.Prompt, fits = value.(string)
			said = fits
		case "patterns_applied":
			g.PatternsApplied, fits = namesOf(value)
		case "confidence":
			g.Confidence, fits = floatOf(value)
		case "success":
			fits = set(&g.Success, value)
		case "code_length":
			fits = set(&g.CodeLength, value)
		case "compilation_error":
			fits = set(&g.CompilationError, value)
		default:
			metadata[column] = value
		}
		if !fits {
			faults = append(faults, fault{column: column, reason: "is of another type"})
		}
	}
	if !said {
		g.Prompt, said = r.prompt()
	}
	if len(g.Prompt) > metrics.MaxText {
		g.Prompt = metrics.CutText(g.Prompt, metrics.MaxText)
		found.cut++
	}
	if !said && !slices.ContainsFunc(faults, func(f fault) bool { return f.column == "prompt" }) {
		faults = append(faults, fault{column: "prompt", reason: "is missing: no attribute " + generationPrefix + "prompt and no input messages"})
	}
	if len(metadata) > 0 {
		var err error
		if g.GenerationMetadata, err = metrics.NewJSON(metadata); err != nil {
			faults = append(faults, fault{column: "generation_metadata", reason: reasonOf(err)})
		}
	}
	if faults != nil {
		return nil, faults
	}
	return g, nil
}

// set sets a column to a value of its type, and tells whether it is one.
func set[T any](column **T, value any) bool {
	v, ok := value.(T)
	if ok {
		*column = &v
	}
	return ok
}

func floatOf(value any) (*float64, bool) {
	switch v := value.(type) {
	case float64:
		return &v, !math.IsNaN(v)
	case int64:
		f := float64(v)
		return &f, true
	default:
		return nil, false
	}
}

func namesOf(value any) (metrics.Names, bool) {
	list, ok := value.([]any)
	names := metrics.Names{}
	for _, element := range list {
		name, isText := element.(string)
		ok = ok && isText
		names = append(names, name)
	}
	return names, ok
}

// prompt is what a user asked last, where the messages to the model were
// recorded: as an attribute of the span or of one of its events.
func (r otelRecord) prompt() (string, bool) {
	attributes := []otelAttributes{r.Attributes}
	for _, event := range r.Events {
		attributes = append(attributes, event.Attributes)
	}
	for _, a := range attributes {
		if text, ok := lastQuestion(a.get("gen_ai.input.messages")); ok {
			return text, true
		}
	}
	return "", false
}

// lastQuestion finds the text of the last message of a user. Messages are a
// value with structure, or its JSON as text.
func lastQuestion(messages any) (string, bool) {
	text, isText := messages.(string)
	if !isText {
		data, err := json.Marshal(messages)
		if err != nil {
			return "", false
		}
		text = string(data)
	}
	var list []struct {
		Role  string
		Parts []struct{ Type, Content string }
	}
	if json.Unmarshal([]byte(text), &list) != nil {
		return "", false
	}
	for _, message := range slices.Backward(list) {
		var parts []string
		for _, part := range message.Parts {
			if part.Type == "text" {
				parts = append(parts, part.Content)
			}
		}
		if message.Role == "user" && len(parts) > 0 {
			return strings.Join(parts, "\n"), true
		}
	}
	return "", false
}
