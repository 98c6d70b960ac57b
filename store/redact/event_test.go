package redact_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/redact"
)

// full returns an event of each kind with the same text everywhere.
func full(text string) []metrics.Event {
	details, err := metrics.NewJSON(map[string]any{"list": []any{text, 1.5}, "object": map[string]any{"n": 7, "text": text}})
	if err != nil {
		panic(err)
	}
	origin := func() metrics.Origin {
		return metrics.Origin{Project: new(text), Source: new(text), RunID: new(text), GenerationKey: new(strings.Repeat("a", 64))}
	}
	return []metrics.Event{
		&metrics.Bug{
			Origin: origin(), Pattern: text, Error: text, Code: new(text), FilePath: new(text), Line: new(int64(3)),
			StackTrace: new(text), Count: 1, Timestamp: noon,
		},
		&metrics.TestFailure{
			Origin: origin(), TestName: text, FailureReason: text, PatternViolated: new(text), CodeSnippet: new(text), Count: 1, Timestamp: noon,
		},
		&metrics.CodeReview{
			Origin: origin(), IssueType: text, Pattern: text, Severity: metrics.SeverityHigh, FilePath: new(text), Suggestion: new(text),
			Count: 1, Timestamp: noon,
		},
		&metrics.Performance{
			Origin: origin(), MetricType: text, Details: details, FunctionName: new(text), ExecutionTimeMS: new(1.5), Timestamp: noon,
		},
		&metrics.Deployment{
			Origin: origin(), IssueType: new(text), Pattern: new(text), Environment: text, RootCause: new(text), Count: 1, Timestamp: noon,
		},
		&metrics.CodeGeneration{
			Origin: origin(), Prompt: text, PatternsApplied: metrics.Names{text}, Confidence: new(0.5), Success: new(true),
			CompilationError: new(text), GenerationMetadata: details, Timestamp: noon,
		},
	}
}

// asJSON shows all fields of an event.
func asJSON(t *testing.T, e metrics.Event) string {
	t.Helper()

	data, err := json.Marshal(e)
	require.NoError(t, err)
	return string(data)
}

func TestEveryTextOfAnEventIsRedacted(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	secret := "ghp_" + newSource(4).of(word, 36)
	for i, e := range full("clone " + secret + " failed") {
		r.Redact(e)
		assert.NotContains(t, asJSON(t, e), secret, e.Table())
		// A field that is not redacted would not be the same as this.
		assert.Equal(t, full("clone [redacted:github-pat] failed")[i], e)
		metrics.Complete(e)
		require.NoError(t, e.Validate())

		before := asJSON(t, e)
		r.Redact(e)
		assert.Equal(t, before, asJSON(t, e), "redacted twice")
	}
}

func TestEventsWithoutSecretsStay(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	for i, e := range full("the password is nil; key: 3") {
		r.Redact(e)
		assert.Equal(t, full("the password is nil; key: 3")[i], e)
	}
	for _, e := range []metrics.Event{
		&metrics.Bug{}, &metrics.TestFailure{}, &metrics.CodeReview{}, &metrics.Performance{}, &metrics.Deployment{}, &metrics.CodeGeneration{},
	} {
		zero := reflect.New(reflect.TypeOf(e).Elem()).Interface()
		r.Redact(e)
		assert.Equal(t, zero, e)
	}
}

func TestSharedTextsAreNotChanged(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	project, patterns := "redis://:abcd@h", metrics.Names{"redis://:abcd@h"}
	details := metrics.JSON(`{"a":"redis://:abcd@h"}`)
	g := &metrics.CodeGeneration{Origin: metrics.Origin{Project: &project}, PatternsApplied: patterns, GenerationMetadata: details, Timestamp: noon}
	r.Redact(g)
	assert.Equal(t, "redis://:[redacted:url-password]@h", *g.Project)
	assert.Equal(t, metrics.Names{"redis://:[redacted:url-password]@h"}, g.PatternsApplied)
	assert.Equal(t, "redis://:abcd@h", project)
	assert.Equal(t, metrics.Names{"redis://:abcd@h"}, patterns)
	assert.Equal(t, `{"a":"redis://:abcd@h"}`, string(details))
}

func TestRedactedTextFitsItsColumn(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	secrets := strings.Repeat("redis://:abcd@h ", metrics.MaxText/16)
	bug := &metrics.Bug{Pattern: strings.Repeat("é", 498) + "redis://:abcd@h", Error: secrets, Timestamp: noon}
	r.Redact(bug)
	metrics.Complete(bug)
	require.NoError(t, bug.Validate())
	assert.Greater(t, len(bug.Error), metrics.MaxText-16)
	assert.NotContains(t, bug.Error, "abcd")

	long := &metrics.Bug{Pattern: "p", Error: secrets + "x", Timestamp: noon}
	r.Redact(long)
	metrics.Complete(long)
	require.ErrorContains(t, long.Validate(), "error", "what was too long stays too long")
}

func TestHashOfPromptsAndCode(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{HashKey: []byte("0123456789abcdef")})
	generation := func(prompt string) *metrics.CodeGeneration {
		g := &metrics.CodeGeneration{Prompt: prompt, CompilationError: new("no key AKIA" + "IOSFODNN7EXAMPLE"), Timestamp: noon}
		r.Redact(g)
		return g
	}
	first := generation("write a cart")
	assert.Regexp(t, `^\[hmac-sha256:[0-9a-f]{64}\]$`, first.Prompt)
	assert.Equal(t, "no key [redacted:aws-access-token]", *first.CompilationError, "messages are redacted as ever")
	assert.Equal(t, first.Prompt, generation("write a cart").Prompt)
	assert.NotEqual(t, first.Prompt, generation("write a card").Prompt)
	assert.Equal(t, first.Prompt, generation(first.Prompt).Prompt, "hashed twice")
	assert.NotEqual(t, "[hmac-sha256:g]", generation("[hmac-sha256:g]").Prompt, "no hash")
	assert.Empty(t, generation("").Prompt)

	other := newRedactor(t, redact.Options{HashKey: []byte("fedcba9876543210")})
	g := &metrics.CodeGeneration{Prompt: "write a cart", Timestamp: noon}
	other.Redact(g)
	assert.NotEqual(t, first.Prompt, g.Prompt, "another key")

	bug := &metrics.Bug{Pattern: "p", Code: new("x := 1"), StackTrace: new("main()"), Timestamp: noon}
	failure := &metrics.TestFailure{TestName: "t", CodeSnippet: new("x := 1"), Timestamp: noon}
	r.Redact(bug)
	r.Redact(failure)
	assert.Equal(t, *bug.Code, *failure.CodeSnippet)
	assert.Len(t, *bug.Code, 78)
	assert.Equal(t, "main()", *bug.StackTrace)
}

func TestSecretsInJSON(t *testing.T) {
	t.Parallel()

	r := newRedactor(t, redact.Options{})
	token := "ghp_" + newSource(5).of(word, 36)
	for name, c := range map[string]struct{ given, want string }{
		"nothing":                    {`{"a":[1,"b",null]}`, `{"a":[1,"b",null]}`},
		"a token":                    {`{"a":"` + token + `"}`, `{"a":"[redacted:github-pat]"}`},
		"inside lists and objects":   {`{"a":[{"b":"x ` + token + `"}]}`, `{"a":[{"b":"x [redacted:github-pat]"}]}`},
		"named by its key":           {`{"db":{"password":"swordfish","port":5432}}`, `{"db":{"password":"[redacted:quoted-password]","port":5432}}`},
		"with quotes of its own":     {`{"password":"a\"b\\c","x":1}`, `{"password":"a\"b\\c","x":1}`},
		"a number stays":             {`{"password":12345678,"tokens":{"prompt":310}}`, `{"password":12345678,"tokens":{"prompt":310}}`},
		"a large number stays":       {`{"n":123456789012345678901234567890,"t":"` + token + `"}`, `{"n":123456789012345678901234567890,"t":"[redacted:github-pat]"}`},
		"the key itself":             {`{"` + token + `":1,"[redacted:github-pat]":2}`, `{"[redacted:github-pat]":2,"[redacted:github-pat]'":1}`},
		"a private key with escapes": {`{"k":"` + strings.ReplaceAll(newSource(6).pem("", 3), "\n", `\n`) + `"}`, `{"k":"[redacted:private-key]"}`},
		"HTML is no matter":          {`{"a":"<b> & ` + token + `"}`, `{"a":"<b> & [redacted:github-pat]"}`},
		"no JSON":                    {`{"a":"` + token, `{"a":"` + token},
		"a key twice":                {`{"a":"` + token + `","a":1}`, `{"a":"` + token + `","a":1}`},
	} {
		p := &metrics.Performance{MetricType: "m", Details: metrics.JSON(c.given), Timestamp: noon}
		r.Redact(p)
		assert.Equal(t, c.want, string(p.Details), name)
	}
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"password":"swordfish","a":[{"token":"` + newSource(7).of(word, 40) + `"}]}`))
	f.Add([]byte(`{"` + "redis://:x@y" + `":{"b":"AccountKey=","key":"1"}}`))
	for _, s := range samples(8) {
		text, err := metrics.NewJSON(map[string]any{s.String(): s.String()})
		require.NoError(f, err)
		f.Add([]byte(text))
	}
	r := newRedactor(f, redact.Options{})
	f.Fuzz(func(t *testing.T, data []byte) {
		canonical, err := metrics.ParseJSON(data)
		if err != nil || len(canonical) == 0 || canonical[0] != '{' {
			t.Skip()
		}
		p := &metrics.Performance{MetricType: "m", Details: canonical, Timestamp: noon}
		r.Redact(p)
		metrics.Complete(p)
		require.NoError(t, p.Validate(), "from %s", canonical)
		before := string(p.Details)
		r.Redact(p)
		require.Equal(t, before, string(p.Details), "redacted twice, from %s", canonical)
	})
}
