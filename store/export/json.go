package export

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// WriteFeedbackLoop writes the JSON of feedback-loop: an object with a list
// for each kind of event.
func WriteFeedbackLoop(ctx context.Context, db bun.IDB, w io.Writer, o Options) error {
	out := bufio.NewWriter(w)
	for i, t := range tables {
		if i == 0 {
			_ = out.WriteByte('{') // the writer keeps its first error for Flush
		} else {
			_ = out.WriteByte(',')
		}
		_, _ = out.WriteString("\n\"" + t.list + "\": [")
		records := newRecords(t.columns(db))
		err := t.events(ctx, db, o, func(e metrics.Event) error {
			if records.written > 0 {
				_ = out.WriteByte(',')
			}
			_ = out.WriteByte('\n')
			return records.write(out, e, "")
		})
		if err != nil {
			return err
		}
		_ = out.WriteByte(']')
	}
	_, _ = out.WriteString("\n}\n")
	return out.Flush()
}

// WriteJSONLines writes one JSON object per line and event, whose first member
// is the name of its table.
func WriteJSONLines(ctx context.Context, db bun.IDB, w io.Writer, o Options) error {
	out := bufio.NewWriter(w)
	for _, t := range tables {
		records := newRecords(t.columns(db))
		err := t.events(ctx, db, o, func(e metrics.Event) error {
			if err := records.write(out, e, t.name); err != nil {
				return err
			}
			return out.WriteByte('\n')
		})
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

// records writes the events of one table as JSON objects.
type records struct {
	columns []*schema.Field
	written int
	object  bytes.Buffer
	values  *json.Encoder // into object
}

func newRecords(columns []*schema.Field) *records {
	r := &records{columns: columns}
	r.values = json.NewEncoder(&r.object)
	r.values.SetEscapeHTML(false)
	return r
}

// write writes an event without what is NULL. The table is named unless empty.
func (r *records) write(w io.Writer, e metrics.Event, table string) error {
	r.object.Reset()
	if table != "" {
		if err := r.member("table", table); err != nil {
			return err
		}
	}
	for _, column := range r.columns {
		if v := value(e, column); v != nil {
			if err := r.member(column.Name, v); err != nil {
				return err
			}
		}
	}
	r.object.WriteByte('}')
	r.written++
	_, err := w.Write(r.object.Bytes())
	return err
}

func (r *records) member(name string, value any) error {
	separator := byte(',')
	if r.object.Len() == 0 {
		separator = '{'
	}
	r.object.WriteByte(separator)
	r.object.WriteString(`"` + name + `":`)
	if err := r.values.Encode(value); err != nil {
		return err
	}
	r.object.Truncate(r.object.Len() - 1) // the line break that Encode adds
	return nil
}
