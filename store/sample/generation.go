package sample

import (
	"fmt"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// fusion is how often so many patterns are applied at once, and strain what
// that does to the chance of success, in a thousand.
var (
	fusion = []int{40, 120, 240, 260, 160, 90, 50, 28, 12}
	strain = []int{-70, -20, 0, 5, 0, -10, -150, -240, -320}
)

// generate notes a generation and often the call of the model behind it.
func (d *diary) generate(p *project, t time.Time) {
	prompt := pick(d.r, verbs) + " " + pick(d.r, p.subjects)
	run := fmt.Sprintf("session-%06d", d.r.IntN(1_000_000))
	entries := d.choose(p.org, t, weighted(d.r, fusion))
	names := make(metrics.Names, len(entries))
	for i, e := range entries {
		names[i] = e.name
	}
	if chance(d.r, 6) {
		d.note(t, plan(p, prompt, names, t))
		return
	}

	tool := pickTool(d.r)
	odds := 835 + tool.skill + strain[len(entries)] + 50*d.progress(t)/1000
	for _, e := range entries {
		odds += e.at(t).effect
	}
	odds = max(100, min(odds, 975))
	confidence := tool.sure(d.r, odds)
	if d.incident(p, t) {
		odds -= 140 // which no tool foresees
	}
	success := chance(d.r, odds)
	count, length := int64(len(entries)), int64(between(d.r, 180, 900)+210*len(entries))

	g := &metrics.CodeGeneration{
		Origin:             origin(p, tool.source, run),
		Prompt:             prompt,
		PatternsApplied:    names,
		PatternsCount:      &count,
		Confidence:         &confidence,
		Success:            &success,
		CodeLength:         &length,
		GenerationMetadata: tool.metadata(p.language()),
		Timestamp:          metrics.At(t),
	}
	if !success && chance(d.r, 620) {
		text := pick(d.r, p.compileErrors())
		g.CompilationError = &text
	}
	// Now and then a tool does not say everything.
	switch n := d.r.IntN(1000); {
	case n < 20 && g.CompilationError == nil:
		g.Success = nil
	case n < 35:
		g.Confidence = nil
	case n < 45:
		g.PatternsCount = nil
	case n < 50:
		g.PatternsApplied = nil
	}
	made := note{at: t, event: g}
	if success { // what barely did so is the first to fail later
		made.risk = tool.brittle + 1000 - odds
	}
	d.day = append(d.day, made)
	if chance(d.r, 280) {
		d.note(t, d.call(p, tool, run, t))
	}
}

var verbs = []string{"Add", "Write", "Refactor", "Simplify", "Fix", "Write tests for", "Speed up", "Document"}

// plan is an entry that was read out of a plan: nothing was generated.
func plan(p *project, prompt string, names metrics.Names, t time.Time) *metrics.CodeGeneration {
	count, confidence, success := int64(len(names)), 1.0, true
	return &metrics.CodeGeneration{
		Origin:             origin(p, metrics.SourcePlanFile, ""),
		Prompt:             prompt,
		PatternsApplied:    names,
		PatternsCount:      &count,
		Confidence:         &confidence,
		Success:            &success,
		GenerationMetadata: object(map[string]any{"source": metrics.SourcePlanFile}),
		Timestamp:          metrics.At(t),
	}
}

// call is the call of a model that made a generation.
func (d *diary) call(p *project, tool *tool, run string, t time.Time) *metrics.Performance {
	in, out := between(d.r, 400, 6000), between(d.r, 120, 2200)
	latency := 300 + 3*out + between(d.r, 0, 900)
	ms := float64(latency)
	return &metrics.Performance{
		Origin:     origin(p, tool.source, run),
		MetricType: metrics.MetricLLMCall,
		Details: object(map[string]any{
			"event": "completion", "provider": tool.provider, "model": tool.model, "session_id": run,
			"latency_ms": latency, "tokens": in + out, "success": true,
		}),
		ExecutionTimeMS: &ms,
		Timestamp:       metrics.At(t),
	}
}

func (p *project) language() string {
	if p.python {
		return "python"
	}
	return "go"
}

// compileErrors are what a compiler or interpreter says about wrong code. What
// occurs twice is more frequent.
func (p *project) compileErrors() []string {
	if p.python {
		return pythonErrors
	}
	return goErrors
}

var (
	pythonErrors = []string{
		"SyntaxError: invalid syntax (line 14)",
		"SyntaxError: '(' was never closed (line 31)",
		"SyntaxError: expected ':' (line 8)",
		"ImportError: cannot import name 'Decimal' from 'math'",
		"ImportError: no module named 'requsts'",
		"TypeError: unsupported operand types: 'str' and 'int'",
		"TypeError: missing 1 required argument: 'currency'",
		"TypeError: missing 1 required argument: 'zone'",
		"NameError: name 'logger' is not defined",
		"NameError: name 'np' is not defined",
		"AttributeError: 'NoneType' object has no attribute 'id'",
		"AttributeError: 'list' object has no attribute 'items'",
	}
	goErrors = []string{
		"./handler.go:42:7: undefined: ctx",
		"./charge.go:88:14: undefined: retry",
		"./cart.go:17:2: declared and not used: total",
		"./refund.go:61:9: not enough return values",
		"SyntaxError: unexpected newline, expected comma (cart.go:23)",
		"SyntaxError: non-declaration statement outside function body (session.go:5)",
		"TypeError: cannot use amount (string) as int64 (charge.go:35)",
		"TypeError: cannot use nil as Money (refund.go:12)",
		"ImportError: package checkout/internal/mony is not in std",
		"NameError: undefined: Voucher (cart.go:51)",
	}
)
