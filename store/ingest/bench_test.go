package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// nowhere is a sink that costs nothing.
type nowhere struct{}

func (nowhere) Insert(context.Context, []metrics.Event) (store.Receipt, error) {
	return store.Receipt{}, nil
}

func (nowhere) Quarantine(context.Context, []store.RefusedRecord) error { return nil }

func BenchmarkDecode(b *testing.B) {
	const n = 30_000
	data, err := io.ReadAll(records(n))
	require.NoError(b, err)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		file := ingest.File{Name: "n.json", Reader: bytes.NewReader(data)}
		_, err := ingest.Import(b.Context(), nowhere{}, file, noon, ingest.Options{})
		require.NoError(b, err)
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkReports reads reports of some megabytes, each made of the tests of
// a real one, beside what encoding/json and encoding/xml need for the same
// bytes alone.
func BenchmarkReports(b *testing.B) {
	for name, c := range map[string]struct {
		format ingest.Format
		data   []byte
		alone  func([]byte) error
	}{
		"gotest": {ingest.GoTest, bytes.Repeat(reports(b)["gotest/go1.26.json"], 200), decodeJSON},
		"junit":  {ingest.JUnit, repeated(b, "junit/pytest.xml", "<testcase", "</testsuite>", ""), decodeXML},
		"pytest": {ingest.Pytest, repeated(b, "pytest/pytest.json", `{"nodeid": "test_shop.py::test_total", "lineno"`, `], "warnings"`, ","), decodeJSON},
		"ctrf":   {ingest.CTRF, repeated(b, "ctrf/jest.json", "{\n        \"name\": \"cart adds up\"", "\n    ]", ","), decodeJSON},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(c.data)))
			for b.Loop() {
				file := ingest.File{Name: "x", Reader: bytes.NewReader(c.data)}
				_, err := ingest.Import(b.Context(), nowhere{}, file, noon, ingest.Options{Format: c.format, Time: noon})
				require.NoError(b, err)
			}
		})
		b.Run(name+" decoded alone", func(b *testing.B) {
			b.SetBytes(int64(len(c.data)))
			for b.Loop() {
				require.NoError(b, c.alone(c.data))
			}
		})
	}
}

// repeated is a report with what stands from one text to another 1,000 times.
func repeated(b *testing.B, name, from, to, separator string) []byte {
	b.Helper()

	data := string(reports(b)[name])
	start, end := strings.Index(data, from), strings.LastIndex(data, to)
	require.Positive(b, start)
	require.Greater(b, end, start)
	tests := strings.Repeat(data[start:end]+separator, 1000)
	return []byte(data[:start] + strings.TrimSuffix(tests, separator) + data[end:])
}

func decodeJSON(data []byte) error {
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		var value any
		if err := d.Decode(&value); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func decodeXML(data []byte) error {
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
