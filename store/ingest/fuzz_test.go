package ingest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// Whatever is imported: nothing panics, the counts add up, what is stored is
// valid and canonical, what is refused can be kept, and importing again adds
// nothing.
func FuzzJSON(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Add([]byte(hostileDocument()[:20_000]))
	f.Add([]byte(`{"bugs":[{"pattern":"\ud800","error":"` + "\xff\x00" + `","timestamp":"2026-01-31T12:00:00.1"},{"a":[{`))
	f.Add([]byte(`{"table":"metrics_bugs","event_key":"` + strings.Repeat("0a", 32) + `","pattern":"p","error":"e","timestamp":"2026-01-31T12:00:00Z"}`))
	f.Add([]byte(`{"llm_calls":[{"a":NaN,"timestamp":"2026-01-31T12:00:00Z","_unknown":-Infinity}]}`))

	f.Fuzz(func(t *testing.T, data []byte) {
		var sink memory
		run := func() ingest.Receipt {
			file := ingest.File{Name: "f.json", Reader: bytes.NewReader(data)}
			receipt, err := ingest.Import(t.Context(), &sink, file, noon, ingest.Options{Zone: time.FixedZone("", 3600)})
			if err != nil {
				var format *ingest.FormatError
				require.True(t, errors.As(err, &format), err)
				require.LessOrEqual(t, format.Offset, int64(len(data)))
			}
			requireSums(t, receipt)
			return receipt
		}

		first := run()
		total := first.Total()
		require.Len(t, sink.events, total.Stored)
		require.Len(t, sink.refused, total.Refused)
		if !bytes.Contains(data, []byte("event_key")) && !bytes.Contains(data, []byte(`\u`)) {
			require.Zero(t, total.Duplicate)
		}
		for _, e := range sink.events {
			require.NoError(t, e.Validate())
			switch e := e.(type) {
			case *metrics.Performance:
				requireCanonical(t, e.Details)
			case *metrics.CodeGeneration:
				requireCanonical(t, e.GenerationMetadata)
			}
		}
		for _, r := range sink.refused {
			var c metrics.Checks
			c.Name("reason", r.Reason)
			c.Name("path", r.Path)
			require.NoError(t, c.Err())
		}

		again := run().Total()
		require.Equal(t, ingest.Count{Read: total.Read, Duplicate: total.Stored + total.Duplicate, Refused: total.Refused}, again)
	})
}

func requireCanonical(t *testing.T, j metrics.JSON) {
	t.Helper()

	if j == nil {
		return
	}
	canonical, err := metrics.ParseJSON(j)
	require.NoError(t, err)
	require.Equal(t, string(canonical), string(j))
}

// What is JSON is read to its end, and what is none is an error, as
// encoding/json sees it.
func FuzzSyntax(f *testing.F) {
	for _, seed := range []string{
		`1`, `-0.5e+3`, `01`, `1.`, `.5`, `+1`, `0x1`, `"a"`, `"\u00e9\ud83d"`, `"\x"`, "\"\t\"", `[]`, `[1,]`, `[,]`, `{}`, `{"a":1,}`, `{"a"}`,
		`true`, `True`, `nul`, `1}, {"y":[{"z":null}]`, `1}],"other":[{"a":"]"`, "1 \r\n\t", "\v1", `"`, `""""`, `[}`, `{]`, `1]}`, `/**/1`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		brackets := strings.Count(value, "[") + strings.Count(value, "{")
		if brackets >= metrics.MaxJSONDepth-2 || len(value) > 1000 || !utf8.ValidString(value) ||
			strings.Contains(value, "\x00") || regexp.MustCompile(`NaN|Infinity|bugs|\\u`).MatchString(value) {
			t.Skip("we differ on purpose")
		}
		text := `{"first":` + value + `,"bugs":[{"x":` + value + `}]}`
		_, err := ingest.Import(t.Context(), &memory{}, document(text), noon, ingest.Options{})
		var format *ingest.FormatError
		require.Equal(t, json.Valid([]byte(text)), !errors.As(err, &format), "%s: %v", text, err)
	})
}
