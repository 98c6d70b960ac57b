package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// Limits of a batch, which bound the memory that adoption takes.
const (
	adoptRows  = 500
	adoptBytes = 16 << 20 // of the values; one row may exceed it
)

// move is the way of one table's rows.
type move struct {
	*adopter
	table   foreignTable
	columns []string // of the old table
	schema  *schema.Table
	keys    []string
	last    []any // key of the last row that was read
	result  Adoption
}

// oldRow is a row as the old table holds it: text, and on SQLite also int64,
// float64 and bytes, by column.
type oldRow map[string]any

// read returns the next rows in the order of their keys.
func (m *move) read(ctx context.Context) ([]oldRow, error) {
	var b strings.Builder
	b.WriteString("SELECT ")
	for i, column := range m.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, m.engine.adoption.column, column)
	}
	keys := "old." + strings.Join(m.keys, ", old.") // not the columns of the result, which may be text
	b.WriteString(" FROM " + m.engine.adoption.aside + m.table.name + " AS old")
	if m.last != nil {
		b.WriteString(" WHERE (" + keys + ") > (?)")
	}
	b.WriteString(" ORDER BY " + keys + " LIMIT " + strconv.Itoa(adoptRows))

	var rows *sql.Rows
	var err error
	if m.last == nil {
		rows, err = m.tx.QueryContext(ctx, b.String())
	} else {
		rows, err = m.tx.QueryContext(ctx, b.String(), bun.List(m.last))
	}
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong

	var batch []oldRow
	for size := 0; size < adoptBytes && rows.Next(); {
		values := make([]any, len(m.columns))
		targets := make([]any, len(m.columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		row := oldRow{}
		for i, column := range m.columns {
			row[column] = values[i]
			switch v := values[i].(type) {
			case string:
				size += len(v)
			case []byte:
				size += len(v)
			}
		}
		m.last = m.last[:0]
		for _, key := range m.keys {
			m.last = append(m.last, row[key])
		}
		batch = append(batch, row)
	}
	return batch, rows.Err()
}

// implied are the values of columns that the Python program leaves to be
// understood when they are NULL or missing.
var implied = map[string]string{
	"count":             "1",
	"version":           "1",
	"subscription_tier": string(api.TierFree),
	"is_active":         "true",
	"is_verified":       "false",
	"is_archived":       "false",
	"is_enforced":       "false",
}

// hidden are the columns whose values never show.
var hidden = []string{"hashed_password", "api_key"}

// freeText are the columns in which an empty text says something. Elsewhere it is
// an unknown name.
var freeText = []string{
	"code", "code_snippet", "stack_trace", "suggestion", "root_cause", "compilation_error",
	"description", "code_example", "solution",
}

// decode sets the fields of a row of ours to what an old row holds, and returns
// what cannot be so.
func (m *move) decode(old oldRow, row any) (faults []*metrics.FieldError) {
	target := reflect.ValueOf(row).Elem()
	for _, f := range m.schema.Fields {
		value := old[f.Name]
		if f.Name == "updated_at" && value == nil {
			value = old["created_at"]
		}
		if def := implied[f.Name]; def != "" && value == nil {
			value = def
		}
		if s, ok := value.(string); ok && s == "" && f.IsPtr && !slices.Contains(freeText, f.Name) {
			value = nil
		}
		if value == nil {
			optional := isNullable(f) || slices.Contains(m.table.ours, f.Name) || f.Name == "organization_id"
			if !optional {
				faults = append(faults, &metrics.FieldError{Field: f.Name, Value: nil, Rule: "must not be NULL"})
			}
			continue
		}
		decoded := reflect.New(f.IndirectType)
		if rule := decodeInto(decoded.Interface(), value); rule != "" {
			if slices.Contains(hidden, f.Name) {
				value = "[hidden]"
			}
			faults = append(faults, &metrics.FieldError{Field: f.Name, Value: value, Rule: rule})
			continue
		}
		field := f.Value(target)
		if f.IsPtr {
			field.Set(decoded)
		} else {
			field.Set(decoded.Elem())
		}
	}
	return faults
}

// decodeInto sets what target points to and returns the rule that the value
// breaks, if any.
func decodeInto(target, value any) (rule string) {
	text, isText := value.(string)
	if bytes, ok := value.([]byte); ok {
		text, isText = string(bytes), utf8.Valid(bytes)
	}
	switch target := target.(type) {
	case *metrics.Time:
		// Upstream writes no offset and means UTC; Scan understands either.
		if len(text) > 10 && text[10] == 'T' {
			text = text[:10] + " " + text[11:]
		}
		if !isText || target.Scan(text) != nil {
			return "must be a time"
		}
	case *metrics.JSON:
		j, err := metrics.ParseJSON([]byte(text))
		if !isText || err != nil {
			return "must be JSON without what databases understand differently"
		}
		*target = j
	case *metrics.Names:
		j, err := metrics.ParseJSON([]byte(text))
		if !isText || err != nil || j != nil && target.Scan(string(j)) != nil {
			return "must be a JSON array of texts"
		}
	case *metrics.Severity, *metrics.Trend, *api.Tier, *api.Role:
		reflect.ValueOf(target).Elem().SetString(strings.ToLower(strings.TrimSpace(text)))
	case *int64:
		n, isNumber := value.(int64)
		if isText {
			var err error
			n, err = strconv.ParseInt(text, 10, 64)
			isNumber = err == nil
		}
		if !isNumber {
			return "must be a whole number"
		}
		*target = n
	case *float64:
		n, ok := number(value, text, isText)
		if !ok {
			return "must be a number"
		}
		*target = n
	case *bool:
		switch {
		case value == int64(1) || text == "true" || text == "1":
			*target = true
		case value == int64(0) || text == "false" || text == "0":
			*target = false
		default:
			return "must be true or false"
		}
	default: // the kinds of text
		if !isText {
			return "must be text"
		}
		reflect.ValueOf(target).Elem().SetString(text)
	}
	return ""
}

func number(value any, text string, isText bool) (n float64, ok bool) {
	switch v := value.(type) {
	case float64:
		n, ok = v, true
	case int64:
		n, ok = float64(v), true
	default:
		var err error
		n, err = strconv.ParseFloat(text, 64)
		ok = isText && err == nil
	}
	if n == 0 {
		n = 0 // SQLite keeps no negative zero
	}
	return n, ok
}

// record is an old row as JSON text. Bytes that are no text are written as
// SQLite does, x'00ff'. Secrets are left out.
func (m *move) record(old oldRow) string {
	members := map[string]any{}
	for column, value := range old {
		if slices.Contains(hidden, column) && value != nil {
			members[column] = "[hidden]"
			continue
		}
		members[column] = m.plain(column, value)
	}
	record, err := json.Marshal(members)
	if err != nil { // of texts and numbers
		panic(err)
	}
	return string(record)
}

// plain is a value as it looks best in JSON.
func (m *move) plain(column string, value any) any {
	f := m.schema.FieldMap[column]
	switch v := value.(type) {
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	case int64:
		if f.IndirectType == reflect.TypeFor[bool]() && (v == 0 || v == 1) {
			return v == 1
		}
	case []byte:
		return "x'" + hex.EncodeToString(v) + "'"
	case string:
		if !utf8.ValidString(v) {
			return "x'" + hex.EncodeToString([]byte(v)) + "'"
		}
		switch f.IndirectType {
		case reflect.TypeFor[metrics.JSON](), reflect.TypeFor[metrics.Names](),
			reflect.TypeFor[int64](), reflect.TypeFor[float64](), reflect.TypeFor[bool]():
			if json.Valid([]byte(v)) {
				return json.RawMessage(v)
			}
		}
	}
	return value
}
