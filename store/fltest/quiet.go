package fltest

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// quiet shows the output of tests as they write it without -v: what they print,
// at once, and what those that failed have logged.
type quiet struct {
	w    io.Writer
	logs map[string]*strings.Builder // of tests under way
}

func newQuiet(w io.Writer) *quiet {
	return &quiet{w: w, logs: map[string]*strings.Builder{}}
}

const indent = "    " // what tests log begins with it

func (q *quiet) event(e event) {
	log := q.logs[e.Test]
	switch e.Action {
	case "run":
		q.logs[e.Test] = &strings.Builder{}
	case "output":
		if log != nil && strings.HasPrefix(e.Output, indent) {
			log.WriteString(e.Output)
		} else {
			q.print(e.Output)
		}
	case "fail":
		delete(q.logs, e.Test)
		q.failed(e, log)
	case "pass", "skip":
		delete(q.logs, e.Test)
	}
}

// failed shows that a test failed, or adds that to the log of the test around
// it.
func (q *quiet) failed(e event, log *strings.Builder) {
	var seconds float64
	if e.Elapsed != nil {
		seconds = *e.Elapsed
	}
	report := fmt.Sprintf("--- FAIL: %s (%.2fs)\n", e.Test, seconds)
	if log != nil {
		report += log.String()
	}
	for name := e.Test; ; {
		slash := strings.LastIndexByte(name, '/')
		if slash < 0 {
			q.print(report)
			return
		}
		if name = name[:slash]; q.logs[name] != nil {
			for line := range strings.Lines(report) {
				q.logs[name].WriteString(indent + line)
			}
			return
		}
	}
}

// close shows what tests have logged that never ended.
func (q *quiet) close() {
	for _, name := range slices.Sorted(maps.Keys(q.logs)) {
		q.print(q.logs[name].String())
	}
}

func (q *quiet) print(text string) {
	_, _ = io.WriteString(q.w, text)
}
