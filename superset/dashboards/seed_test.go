package dashboards_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// patterns are the names in the seeded generations.
var patterns = []string{
	"retry-backoff", "guard-clause", "input-validation", "structured-logging", "context-timeout",
	"idempotent-write", "batch-insert", "null-object", "circuit-breaker", "typed-errors",
}

// errorTexts are compilation errors with the type that the page shows for each.
var errorTexts = []struct{ text, kind string }{
	{"SyntaxError: invalid syntax (main.py, line 3)", "SyntaxError"},
	{"SyntaxError: unexpected EOF while parsing", "SyntaxError"},
	{"ImportError: cannot import name 'Client'", "ImportError"},
	{"TypeError: missing 1 required positional argument: 'key'", "TypeError"},
	{"NameError: name 'json' is not defined", "NameError"},
	{"./main.go:12:5: undefined: cfg", "Other"},
}

// seed makes n generations over the days before until, always the same. They
// have whatever a row may have: unknown values, lists with a name twice, plans
// that are no generations. Success grows with time and falls with the sixth
// pattern; one week goes wrong.
func seed(n, days int, until time.Time) []metrics.CodeGeneration {
	random := rand.New(rand.NewPCG(1, 2))
	rows := make([]metrics.CodeGeneration, n)
	for i := range rows {
		age := random.Float64()
		at := until.Add(-time.Duration(age * float64(days) * float64(24*time.Hour)))
		g := &rows[i]
		g.Prompt = fmt.Sprintf("prompt %d", i)
		g.Timestamp = metrics.At(at)
		g.Project = pick(random, "checkout", "mobile-backend", "data-pipeline")
		g.Source = pick(random, "code_generator", "ide-plugin")

		count := min(random.IntN(5)+random.IntN(5), 9)
		if random.IntN(20) > 0 {
			g.PatternsApplied = metrics.Names{}
			for _, p := range random.Perm(len(patterns))[:count] {
				g.PatternsApplied = append(g.PatternsApplied, patterns[p])
			}
			if count > 0 && random.IntN(10) == 0 {
				g.PatternsApplied = append(g.PatternsApplied, g.PatternsApplied[0])
			}
		}
		if random.IntN(4) > 0 {
			g.PatternsCount = new(int64(count))
		}

		chance := 0.93 - 0.16*age - 0.05*float64(max(count-4, 0))
		if 0.42 < age && age < 0.5 {
			chance -= 0.2
		}
		success := random.Float64() < chance
		if random.IntN(15) > 0 {
			g.Success = new(success)
		}
		if random.IntN(12) > 0 {
			g.Confidence = new(min(max(chance+0.1*random.NormFloat64()-0.03, 0), 1))
		}
		if !success && random.IntN(4) > 0 {
			g.CompilationError = new(errorTexts[min(random.IntN(7), random.IntN(7), 5)].text)
		} else if random.IntN(30) == 0 {
			g.CompilationError = new(" \t\n") // blank is no error
		}
		g.CodeLength = new(int64(200 + random.IntN(4000)))
		switch random.IntN(40) {
		case 0:
			g.Source = new(metrics.SourcePlanFile)
		case 1:
			g.Source, g.GenerationMetadata = nil, metrics.JSON(`{"source":"plan_file"}`)
		case 2:
			g.Project, g.Source = nil, nil
		}
		metrics.Complete(g)
	}
	return rows
}

func pick(random *rand.Rand, values ...string) *string {
	return new(values[random.IntN(len(values))])
}
