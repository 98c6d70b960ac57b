package export

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// WriteCSV writes one of the [Tables], beginning with a line of column names.
// NULL is an empty field, as an empty text is, so that CSV is for spreadsheets
// and not for restoring: texts stand as they are, whatever a spreadsheet makes
// of one that begins with =.
func WriteCSV(ctx context.Context, db bun.IDB, w io.Writer, name string, o Options) error {
	t, err := tableOf(name)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	columns := t.columns(db)
	line := make([]string, len(columns))
	for i, column := range columns {
		line[i] = column.Name
	}
	if err := out.Write(line); err != nil {
		return fmt.Errorf("export: write %s: %w", name, err)
	}
	err = t.events(ctx, db, o, func(e metrics.Event) error {
		for i, column := range columns {
			line[i] = text(value(e, column))
		}
		return out.Write(line)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func tableOf(name string) (table, error) {
	for _, t := range tables {
		if t.name == name {
			return t, nil
		}
	}
	return table{}, fmt.Errorf("export: no event table %q", name)
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case metrics.Names:
		list, _ := json.Marshal(v) // texts are always JSON
		return string(list)
	default:
		return fmt.Sprint(v)
	}
}
