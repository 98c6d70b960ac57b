package ingest

import (
	"bytes"
	"errors"
	"io"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// JSONLines is what the package export writes: a JSON object per line, which
// begins with the name of its table.
const JSONLines Format = "jsonl"

func jsonLinesDecoder() decoder {
	return decoder{
		format: JSONLines,
		recognises: func(head []byte, _ []string) bool {
			return bytes.HasPrefix(head, []byte(tablePrefix+"metrics_"))
		},
		read:   readJSONLines,
		locate: locateJSONLines,
	}
}

// tablePrefix is how each line begins.
const tablePrefix = `{"table":"`

// lineLists are the lists to which lines belong, by how these begin.
func lineLists() map[string]list {
	all := map[string]list{}
	for _, l := range lists {
		beginning := tablePrefix + l.table + `"`
		if _, known := all[beginning]; known {
			continue // calls of language models are written as the measurements that they are
		}
		event := l.event
		l.event = func(f *fields) metrics.Event {
			f.text("table")
			return event(f)
		}
		all[beginning] = l
	}
	return all
}

// readJSONLines reads values one after the other, whatever stands between them.
func readJSONLines(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	d := document{stream: newStream(r), fields: fields{settings: s, found: found}, emit: emit}
	all := lineLists()
	for index := 0; ; index++ {
		if _, err := d.stream.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		value, err := d.stream.value()
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return &formatError{d.stream.before + int64(d.stream.end), "it ends within a line"}
		}
		if err != nil {
			return err
		}
		beginning, _, _ := bytes.Cut(value.bytes, []byte{','})
		l, ok := all[string(beginning)]
		if !ok {
			return &formatError{value.offset, "a line that begins with " + tablePrefix + " and the name of an event table is expected"}
		}
		found.table(l.table)
		rec := record{list: "$", index: index, table: l.table}
		if err := d.decode(l, &rec, value); err != nil {
			return err
		}
		if !emit(rec) {
			return nil
		}
	}
}

func locateJSONLines(_ settings, _ record, column string) string { return "." + column }
