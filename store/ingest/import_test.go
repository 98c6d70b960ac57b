package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

const goodBug = `{"pattern":"p","error":"e",` + at + `}`

func TestFilesThatAreNotOfTheirFormat(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		text   string
		offset int
		reason string
		stored int
	}{
		"empty":                     {"", 0, "it is empty", 0},
		"blank":                     {" \r\n", 3, "it is empty", 0},
		"only a mark":               {"\uFEFF", 3, "it is empty", 0},
		"no JSON":                   {"hello", 0, "it is no JSON object with lists such as bugs and code_generation", 0},
		"a list at the top":         {"[" + goodBug + "]", 0, "it is no JSON object with lists such as bugs and code_generation", 0},
		"XML":                       {"<html/>", 0, "it is no JSON object with lists such as bugs and code_generation", 0},
		"ends early":                {`{"bugs":[` + goodBug, 9 + len(goodBug), "it ends too early", 1},
		"ends in a record":          {`{"bugs":[` + goodBug + `,{"pattern":"p`, 23 + len(goodBug), "it ends too early", 1},
		"ends in a word":            {`{"bugs":nul`, 11, "it ends too early", 0},
		"text after the end":        {`{"bugs":[` + goodBug + `]} {}`, 12 + len(goodBug), "text follows after the end of the document", 1},
		"a NUL after the end":       {`{"bugs":[` + goodBug + "]}\x00", 11 + len(goodBug), "text follows after the end of the document", 1},
		"list twice":                {`{"bugs":[` + goodBug + `],"bugs":[]}`, 11 + len(goodBug), "bugs occurs twice", 1},
		"no list":                   {`{"bugs":{"a":1}}`, 8, "bugs is no list", 0},
		"key without quotes":        {`{bugs:[]}`, 1, "a key in quotes is expected", 0},
		"no colon":                  {`{"bugs"[]}`, 7, "a colon is expected", 0},
		"comma at the end":          {`{"bugs":[],}`, 11, "a key in quotes is expected", 0},
		"comma at the end of list":  {`{"bugs":[` + goodBug + `,]}`, 10 + len(goodBug), "no JSON value", 1},
		"no comma":                  {`{"bugs":[` + goodBug + goodBug + `]}`, 9 + len(goodBug), "a comma or ] is expected", 1},
		"broken record":             {`{"bugs":[` + goodBug + `,{"a":1,,}]}`, 17 + len(goodBug), "a key in quotes is expected", 1},
		"brackets do not match":     {`{"bugs":[` + goodBug + `,{"a":1]]}`, 16 + len(goodBug), "a comma or } is expected", 1},
		"number as Go writes it":    {`{"bugs":[` + goodBug + `,{"a":0x1f}]}`, 15 + len(goodBug), "no JSON value", 1},
		"control character in text": {"{\"bugs\":[{\"a\":\"x\ny\"}]}", 16, "a control character stands in a text", 0},
		"broken escape":             {`{"bugs":[{"a":"\x41"}]}`, 16, "no escape sequence of JSON", 0},
		"nonsense under an unknown": {`{"x":@@,"bugs":[]}`, 5, "no JSON value", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
				var sink memory
				receipt, err := ingest.Import(t.Context(), &sink, ingest.File{Name: "f.json", Reader: r}, noon, ingest.Options{})
				var format *ingest.FormatError
				require.ErrorAs(t, err, &format)
				assert.Equal(t, &ingest.FormatError{
					File: "f.json", Format: ingest.FeedbackLoop, Offset: int64(c.offset), Reason: c.reason,
				}, format)
				assert.Equal(t, fmt.Sprintf("ingest: f.json is no feedback-loop file: at byte %d: %s", c.offset, c.reason), err.Error())
				requireSums(t, receipt)
				assert.Equal(t, c.stored, receipt.Total().Stored)
				assert.Len(t, sink.events, c.stored)
			}
		})
	}
}

func TestUnknownFormat(t *testing.T) {
	t.Parallel()

	_, err := ingest.Import(t.Context(), &memory{}, document("{}"), noon, ingest.Options{Format: "morse"})
	require.ErrorContains(t, err, `ingest: unknown format "morse": known are `)
	format, err := ingest.ParseFormat("feedback-loop")
	require.NoError(t, err)
	assert.Equal(t, ingest.FeedbackLoop, format)
}

func TestHowAFileIsCutIntoReadsDoesNotMatter(t *testing.T) {
	t.Parallel()

	text := "\uFEFF" + `{"x":{"y":["]}",{}]},"bugs":[` + goodBug + `, 7 ,{"pattern":"\"]}\\","error":"é😀\u0000",` + at + `},` +
		`{"pattern":"p","error":"` + strings.Repeat("x", 2<<20) + `",` + at + `},` + goodBug + `], "code_generation" : [ ] }`
	var want memory
	wantReceipt := importText(t, &want, text, ingest.Options{})
	assert.Equal(t, ingest.Count{Read: 5, Stored: 3, Refused: 2}, wantReceipt.Total())
	for name, r := range map[string]io.Reader{
		"byte by byte":     iotest.OneByteReader(strings.NewReader(text)),
		"in halves":        iotest.HalfReader(strings.NewReader(text)),
		"end with data":    iotest.DataErrReader(strings.NewReader(text)),
		"nothing at times": &hesitant{r: strings.NewReader(text)},
	} {
		var got memory
		receipt, err := ingest.Import(t.Context(), &got, ingest.File{Name: "exports/night.json", Reader: r}, noon, ingest.Options{})
		require.NoError(t, err, name)
		assert.Equal(t, wantReceipt, receipt, name)
		assert.Equal(t, want, got, name)
	}
}

// hesitant returns nothing at every second read.
type hesitant struct {
	r     io.Reader
	reads int
}

func (h *hesitant) Read(p []byte) (int, error) {
	if h.reads++; h.reads%2 == 0 {
		return 0, nil
	}
	return h.r.Read(p)
}

func TestReadErrorsAreReported(t *testing.T) {
	t.Parallel()

	broken := errors.New("cable cut")
	r := io.MultiReader(strings.NewReader(`{"bugs":[`+goodBug+`,`), iotest.ErrReader(broken))
	var sink memory
	receipt, err := ingest.Import(t.Context(), &sink, ingest.File{Name: "f.json", Reader: r}, noon, ingest.Options{})
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, "ingest: f.json: cable cut")
	assert.Equal(t, 1, receipt.Total().Stored)
}

func TestOptionsSayWhereRecordsComeFrom(t *testing.T) {
	t.Parallel()

	var sink memory
	importText(t, &sink, `{"bugs":[`+goodBug+`,{"pattern":"p","error":"e","source":"lint",`+at+`}]}`, ingest.Options{
		OrganizationID: ptr(int64(3)), Project: "shop", Source: "night build", RunID: "12",
	})
	for i, source := range []string{"night build", "lint"} {
		o := *sink.events[i].Provenance()
		o.EventKey = ""
		assert.Equal(t, metrics.Origin{
			OrganizationID: ptr(int64(3)), Project: ptr("shop"), Source: &source, RunID: ptr("12"),
		}, o)
	}
}

func TestRedactedBeforeAnythingElse(t *testing.T) {
	t.Parallel()

	redact := func(e metrics.Event) {
		if bug, ok := e.(*metrics.Bug); ok {
			bug.Error = strings.ReplaceAll(bug.Error, "hunter2", "…")
		}
	}
	bug := func(message string) string { return `{"pattern":"p","error":"` + message + `",` + at + `}` }
	text := `{"bugs":[` + bug("hunter2") + `,` + bug("…") + `,` + bug("fine") + `,{"pattern":"p","error":"hunter2","timestamp":"hunter2"}]}`
	var sink memory
	receipt := importText(t, &sink, text, ingest.Options{Redact: redact})
	assert.Equal(t, 1, receipt.Redacted)
	assert.Equal(t, ingest.Count{Read: 4, Stored: 3, Refused: 1}, receipt.Total())
	for i, message := range []string{"…", "…", "fine"} {
		assert.Equal(t, message, sink.events[i].(*metrics.Bug).Error)
	}
	assert.Equal(t, sink.events[0].ContentKey(1), sink.events[1].Provenance().EventKey, "the same event, a second time")
	assert.Equal(t, `{"pattern":"p","error":"…","timestamp":"…"}`, sink.refused[0].Record)
	assert.NotContains(t, sink.refused[0].Reason+receipt.Refused[0].Reason, "hunter2")

	again := importText(t, &sink, text, ingest.Options{Redact: redact})
	assert.Equal(t, ingest.Count{Read: 4, Duplicate: 3, Refused: 1}, again.Total())
	assert.Len(t, sink.refused, 1)
}

func TestEqualRecordsStayApartAndImportsRepeat(t *testing.T) {
	t.Parallel()

	text := `{"bugs":[` + goodBug + `,` + goodBug + `,{"pattern":1}],"code_generation":[{"prompt":"p",` + at + `},null,null]}`
	var sink memory
	first := importText(t, &sink, text, ingest.Options{})
	assert.Equal(t, map[string]ingest.Count{
		"metrics_bugs":            {Read: 3, Stored: 2, Refused: 1},
		"metrics_code_generation": {Read: 3, Stored: 1, Refused: 2},
	}, first.Tables)
	assert.Len(t, sink.refused, 3, "two equal refused records stay two")

	again := importText(t, &sink, text, ingest.Options{})
	assert.Equal(t, map[string]ingest.Count{
		"metrics_bugs":            {Read: 3, Duplicate: 2, Refused: 1},
		"metrics_code_generation": {Read: 3, Duplicate: 1, Refused: 2},
	}, again.Tables)
	assert.Equal(t, first.Refused, again.Refused)
	assert.Len(t, sink.events, 3)
	assert.Len(t, sink.refused, 3)

	renamed := document(text)
	renamed.Name = "other.json"
	_, err := ingest.Import(t.Context(), &sink, renamed, noon, ingest.Options{})
	require.NoError(t, err)
	assert.Len(t, sink.events, 3)
	assert.Len(t, sink.refused, 6, "refused records belong to their file")
}

func TestReceiptListsTheFirstRefusalsOnly(t *testing.T) {
	t.Parallel()

	n := ingest.MaxRefusals + 5
	var sink memory
	receipt := importText(t, &sink, `{"bugs":[`+strings.Repeat(`7,`, n-1)+`7]}`, ingest.Options{})
	assert.Len(t, receipt.Refused, ingest.MaxRefusals)
	assert.Equal(t, n, receipt.Total().Refused)
	assert.Len(t, sink.refused, n)
}

// failing is a sink whose calls fail after some.
type failing struct {
	memory
	inserts, quarantines int // that succeed
}

var errFull = errors.New("disk full")

func (f *failing) Insert(ctx context.Context, events []metrics.Event) (store.Receipt, error) {
	if f.inserts--; f.inserts < 0 {
		return store.Receipt{}, errFull
	}
	return f.memory.Insert(ctx, events)
}

func (f *failing) Quarantine(ctx context.Context, records []store.RefusedRecord) error {
	if f.quarantines--; f.quarantines < 0 {
		return errFull
	}
	return f.memory.Quarantine(ctx, records)
}

func TestWhatWasCountedBeforeAFailureIsStored(t *testing.T) {
	t.Parallel()

	text := `{"bugs":[` + strings.Repeat(goodBug+`,7,`, 19_999) + goodBug + `]}` // four batches
	for name, sink := range map[string]*failing{
		"insert fails":     {inserts: 2, quarantines: 9},
		"quarantine fails": {inserts: 9, quarantines: 1},
	} {
		receipt, err := ingest.Import(t.Context(), sink, document(text), noon, ingest.Options{})
		require.ErrorIs(t, err, errFull, name)
		requireSums(t, receipt)
		assert.Equal(t, len(sink.events), receipt.Total().Stored, name)
		assert.Equal(t, len(sink.refused), receipt.Total().Refused, name)
		assert.NotZero(t, receipt.Total().Refused, name)

		var clean memory
		want := importText(t, &clean, text, ingest.Options{})
		importText(t, &sink.memory, text, ingest.Options{})
		assert.Equal(t, want.Total().Stored, len(sink.events), name)
		assert.Equal(t, want.Total().Refused, len(sink.refused), name)
	}
}

func TestImportReturnsWhenTheContextEnds(t *testing.T) {
	t.Parallel()

	silent, writer := io.Pipe()
	t.Cleanup(func() { _ = writer.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err := ingest.Import(ctx, &memory{}, ingest.File{Name: "-", Reader: silent}, noon, ingest.Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestProgressGrows(t *testing.T) {
	t.Parallel()

	text := `{"bugs":[` + strings.Repeat(goodBug+`,`, 21_999) + goodBug + `]}`
	var all []ingest.Progress
	importText(t, &memory{}, text, ingest.Options{Progress: func(p ingest.Progress) { all = append(all, p) }})
	require.Len(t, all, 3)
	assert.Equal(t, 10_000, all[0].Records)
	assert.Less(t, all[0].Bytes, all[1].Bytes)
	assert.Equal(t, ingest.Progress{Records: 22_000, Bytes: int64(len(text))}, all[2])
}
