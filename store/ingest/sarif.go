package ingest

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// SARIF is the format of static analysis results, version 2.1.0.
const SARIF Format = "sarif"

func sarifDecoder() decoder {
	return decoder{
		format:     SARIF,
		recognises: func(_ []byte, keys []string) bool { return slices.Contains(keys, "runs") },
		read:       readSARIF,
		locate:     locateNowhere,
	}
}

func readSARIF(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	same := newRepeats()
	return walk(r, func(doc *stream) error {
		return doc.object(func(key string) error {
			switch key {
			case "version":
				return sarifVersion(doc)
			case "runs":
				found.table(reviewTable)
				return doc.list(func(index int) error {
					run := sarifRun{stream: doc, settings: s, emit: emit, found: found, same: same}
					run.list = fmt.Sprintf("$.runs[%d].results", index)
					return run.read()
				})
			default:
				return doc.pass()
			}
		})
	})
}

func sarifVersion(doc *stream) error {
	value, err := doc.value()
	if err != nil {
		return err
	}
	if string(value.bytes) != `"2.1.0"` {
		return &formatError{value.offset, fmt.Sprintf("version 2.1.0 is expected, is %.20s", value.bytes)}
	}
	return nil
}

// sarifRun is one run of a tool. What its results mean depends on its tool and
// on its invocations, which may stand behind them; until both are known the
// results wait.
type sarifRun struct {
	stream   *stream
	settings settings
	emit     func(record) bool
	found    *findings
	same     *repeats // findings by their fingerprints, of the whole file

	list       string
	driver     sarifComponent
	extensions []sarifComponent
	runID      string
	end, start time.Time

	toolKnown, timeKnown bool
	waiting              []sarifWaiting
	waitingBytes         int64
}

type sarifWaiting struct {
	record record
	result sarifResult
}

// maxWaiting is how long all results together may be that wait.
const maxWaiting = 64 << 20

func (run *sarifRun) read() error {
	if err := run.stream.object(run.member); err != nil {
		return err
	}
	run.toolKnown, run.timeKnown = true, true
	return run.flush()
}

func (run *sarifRun) member(key string) error {
	var err error
	switch key {
	case "tool":
		err = run.tool()
		run.toolKnown = true
	case "invocations":
		err = run.invocations()
		run.timeKnown = true
	case "automationDetails":
		err = run.automation()
	case "results":
		return run.results()
	default:
		return run.stream.pass()
	}
	return err
}

// sarifComponent is a tool or an extension of one.
type sarifComponent struct {
	name  string
	rules []sarifRule
}

type sarifRule struct {
	ID                   string
	Help                 sarifText
	MessageStrings       map[string]sarifText
	DefaultConfiguration struct{ Level string }
	Properties           sarifProperties
}

type sarifText struct{ Text string }

// sarifProperties is what GitHub, CodeQL and others add to rules.
type sarifProperties struct {
	SecuritySeverity any `json:"security-severity"` // 0 to 10, as text or number
}

func (run *sarifRun) tool() error {
	s := run.stream
	return s.object(func(key string) (err error) {
		switch key {
		case "driver":
			run.driver, err = run.component()
			return err
		case "extensions":
			return s.list(func(int) error {
				extension, err := run.component()
				run.extensions = append(run.extensions, extension)
				return err
			})
		default:
			return s.pass()
		}
	})
}

func (run *sarifRun) component() (c sarifComponent, err error) {
	s := run.stream
	err = s.object(func(key string) error {
		switch key {
		case "name":
			value, err := s.value()
			if err != nil || value.size > maxRecord {
				return err
			}
			checked, err := check(value)
			if err == nil && kindOf(checked) == kindText {
				mended, _ := mend(checked)
				c.name = unquote(mended)
			}
			return err
		case "rules":
			return s.list(func(int) error {
				var rule sarifRule
				err := s.decode(&record{}, &rule, &findings{})
				c.rules = append(c.rules, rule)
				return err
			})
		default:
			return s.pass()
		}
	})
	return c, err
}

// invocations remembers when the last one ended, and when the last one began.
func (run *sarifRun) invocations() error {
	return run.stream.list(func(int) error {
		var invocation struct{ StartTimeUTC, EndTimeUTC string }
		if err := run.stream.decode(&record{}, &invocation, &findings{}); err != nil {
			return err
		}
		for text, latest := range map[string]*time.Time{invocation.EndTimeUTC: &run.end, invocation.StartTimeUTC: &run.start} {
			if t, _, err := parseTime(text, time.UTC); err == nil && t.After(*latest) {
				*latest = t
			}
		}
		return nil
	})
}

// automation remembers the identity of the run. An id that ends in a slash
// names a series of runs, not one of them.
func (run *sarifRun) automation() error {
	var details struct{ ID, GUID string }
	if err := run.stream.decode(&record{}, &details, &findings{}); err != nil {
		return err
	}
	if run.runID = details.GUID; run.runID == "" && !strings.HasSuffix(details.ID, "/") {
		run.runID = details.ID
	}
	return nil
}

type sarifResult struct {
	RuleID    string
	RuleIndex *int
	Rule      struct {
		ID            string
		Index         *int
		ToolComponent struct{ Index *int }
	}
	Kind    string
	Level   string
	Message struct {
		Text, Markdown, ID string
		Arguments          []string
	}
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           struct{ StartLine *int64 }
		}
	}
	Fixes               []struct{ Description sarifText }
	Suppressions        []struct{ Status string }
	BaselineState       string
	OccurrenceCount     int64
	Fingerprints        map[string]string
	PartialFingerprints map[string]string
	Properties          sarifProperties
}

func (run *sarifRun) results() error {
	return run.stream.list(func(index int) error {
		w := sarifWaiting{record: record{list: run.list, index: index, table: reviewTable}}
		if err := run.stream.decode(&w.record, &w.result, run.found); err != nil {
			return err
		}
		run.waiting = append(run.waiting, w)
		if run.waitingBytes += int64(len(w.record.text)); run.waitingBytes > maxWaiting {
			return run.stream.fail(fmt.Sprintf("more than %d MiB of results stand before tool and invocations", maxWaiting>>20))
		}
		if run.toolKnown && run.timeKnown {
			return run.flush()
		}
		return nil
	})
}

// noFinding says why a result is none that somebody should see to, empty if it
// is one.
func (r sarifResult) noFinding(rule sarifRule) string {
	switch {
	case r.suppressed():
		return "suppressed"
	case r.BaselineState == "absent":
		return "absent since the baseline"
	case r.Kind != "" && r.Kind != "fail":
		return "of kind " + metrics.CutText(r.Kind, maxUnknownKey)
	case r.level(rule) == "none":
		return "of level none"
	default:
		return ""
	}
}

// suppressed tells whether somebody decided so, and nobody objects or still
// has to agree.
func (r sarifResult) suppressed() bool {
	for _, s := range r.Suppressions {
		if s.Status != "" && s.Status != "accepted" {
			return false
		}
	}
	return len(r.Suppressions) > 0
}

// flush emits the results that wait.
func (run *sarifRun) flush() error {
	for _, w := range run.waiting {
		if w.record.faults == nil {
			rule := run.rule(w.result)
			if reason := w.result.noFinding(rule); reason != "" {
				run.found.passOver(reason)
				continue
			}
			w.record.event, w.record.faults = run.review(w.result, rule)
		}
		if !run.emit(w.record) {
			return errStopped
		}
	}
	run.waiting, run.waitingBytes = run.waiting[:0], 0
	return nil
}

func (run *sarifRun) review(r sarifResult, rule sarifRule) (metrics.Event, []fault) {
	at := run.time()
	if at.IsZero() {
		return nil, []fault{timeless()}
	}
	e := &metrics.CodeReview{
		Origin:    run.settings.origin,
		IssueType: cmp.Or(r.RuleID, r.Rule.ID, rule.ID),
		Pattern:   metrics.NoPattern,
		Severity:  r.severity(rule),
		Count:     max(r.OccurrenceCount, 1),
		Timestamp: at,
	}
	e.Source = orElse(e.Source, run.driver.name)
	e.RunID = orElse(e.RunID, run.runID)
	if len(r.Locations) > 0 {
		place := r.Locations[0].PhysicalLocation
		e.FilePath = orElse(nil, pathOf(place.ArtifactLocation.URI))
		e.Line = place.Region.StartLine
	}
	e.Suggestion = orElse(nil, r.suggestion(rule))
	run.identify(e, r)
	return e, nil
}

func (run *sarifRun) time() metrics.Time {
	switch {
	case !run.end.IsZero():
		return metrics.At(run.end)
	case !run.start.IsZero():
		return metrics.At(run.start)
	default:
		return run.settings.time
	}
}

// rule finds the rule of a result: by index, else by id. An id may be that of
// the rule with something added behind a slash.
func (run *sarifRun) rule(r sarifResult) sarifRule {
	rules := run.driver.rules
	if i := r.Rule.ToolComponent.Index; i != nil && 0 <= *i && *i < len(run.extensions) {
		rules = run.extensions[*i].rules
	}
	for _, i := range []*int{r.RuleIndex, r.Rule.Index} {
		if i != nil && 0 <= *i && *i < len(rules) {
			return rules[*i]
		}
	}
	for id := cmp.Or(r.RuleID, r.Rule.ID); id != ""; id = id[:max(strings.LastIndexByte(id, '/'), 0)] {
		for _, rule := range rules {
			if rule.ID == id {
				return rule
			}
		}
	}
	return sarifRule{}
}

// severity takes the score of a security problem by the bands of CVSS, else
// the level of the result, else that of its rule, which is warning when nobody
// says.
func (r sarifResult) severity(rule sarifRule) metrics.Severity {
	for _, p := range []sarifProperties{r.Properties, rule.Properties} {
		if score, err := strconv.ParseFloat(fmt.Sprint(p.SecuritySeverity), 64); err == nil && 0 < score && score <= 10 {
			return severityOfScore(score)
		}
	}
	switch r.level(rule) {
	case "error":
		return metrics.SeverityHigh
	case "note":
		return metrics.SeverityLow
	default:
		return metrics.SeverityMedium
	}
}

func (r sarifResult) level(rule sarifRule) string {
	return cmp.Or(r.Level, rule.DefaultConfiguration.Level)
}

func severityOfScore(score float64) metrics.Severity {
	switch {
	case score >= 9:
		return metrics.SeverityCritical
	case score >= 7:
		return metrics.SeverityHigh
	case score >= 4:
		return metrics.SeverityMedium
	default:
		return metrics.SeverityLow
	}
}

// pathOf is the path that a URI means.
func pathOf(uri string) string {
	path, err := url.PathUnescape(uri)
	if err != nil {
		path = uri
	}
	return metrics.CleanText(strings.TrimPrefix(path, "file://"))
}

// suggestion is the message with what could be done: the fixes of the result,
// else the help of the rule unless that makes it too long.
func (r sarifResult) suggestion(rule sarifRule) string {
	message := cmp.Or(r.Message.Text, r.Message.Markdown, rule.MessageStrings[r.Message.ID].Text)
	parts := []string{r.fill(message)}
	for _, fix := range r.Fixes {
		parts = append(parts, fix.Description.Text)
	}
	if len(r.Fixes) == 0 {
		parts = append(parts, rule.Help.Text)
	}
	if all := paragraphs(parts...); len(all) <= metrics.MaxText {
		return all
	}
	return parts[0]
}

// fill puts the arguments of a message where they belong.
func (r sarifResult) fill(message string) string {
	if len(r.Message.Arguments) == 0 {
		return message
	}
	pairs := []string{"{{", "{", "}}", "}"}
	for i, argument := range r.Message.Arguments {
		pairs = append(pairs, fmt.Sprintf("{%d}", i), argument)
	}
	return strings.NewReplacer(pairs...).Replace(message)
}

// identify gives a finding with fingerprints a key made of them, so that it is
// the same one when its run is repeated, wherever it moved in its file. If the
// run is unknown the time tells runs apart.
func (run *sarifRun) identify(e *metrics.CodeReview, r sarifResult) {
	prints := r.Fingerprints
	if len(prints) == 0 {
		prints = r.PartialFingerprints
	}
	if len(prints) == 0 {
		return
	}
	var all strings.Builder
	for _, name := range slices.Sorted(maps.Keys(prints)) {
		fmt.Fprintf(&all, "%q=%q ", name, prints[name])
	}
	text := all.String()
	identity := metrics.CodeReview{Origin: e.Origin, IssueType: e.IssueType, FilePath: e.FilePath, Suggestion: &text}
	if e.RunID == nil {
		identity.Timestamp = e.Timestamp
	}
	run.same.identify(&identity, "")
	e.EventKey = identity.EventKey
}
