package ingest

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// fields gives the members of a record out by the type of their column, and
// gathers what is wrong with them. What is never asked for is unknown.
//
// Where a method takes several names, the first is that of the column and the
// others are aliases of it, which count when the ones before are absent or
// null. The name details.x stands for the member x of the object details. A
// record with an event key comes from an export, which needs no aliases: what
// it leaves out is NULL.
type fields struct {
	settings
	members []member
	details []member // of the object details
	faults  []fault
	aliases []alias
	found   *findings

	exported bool // the record has an event key
}

// alias says where the value of a column stands when it is not its own name.
type alias struct{ column, at string }

func (f *fields) fault(column, at, reason string) {
	f.faults = append(f.faults, fault{column, at, reason})
}

// take returns the value of the first of names that is there and not null, and
// where it stands.
func (f *fields) take(names ...string) (value, at string, ok bool) {
	if f.exported {
		names = names[:1]
	}
	for i, name := range names {
		m := f.member(name)
		if m == nil {
			continue
		}
		m.taken = true
		if kindOf(m.value) == kindNull {
			continue
		}
		at = "." + name
		if i > 0 {
			f.aliases = append(f.aliases, alias{names[0], at})
		}
		return m.value, at, true
	}
	return "", "." + names[0], false
}

func (f *fields) member(name string) *member {
	members := f.members
	if inner, ok := strings.CutPrefix(name, "details."); ok {
		members, name = f.details, inner
	}
	for i := range members {
		if members[i].key == name {
			return &members[i]
		}
	}
	return nil
}

// typed is take for a value that must be of a kind.
func (f *fields) typed(want kind, names []string) (value, at string, ok bool) {
	value, at, ok = f.take(names...)
	if !ok {
		return "", at, false
	}
	if got := kindOf(value); got != want {
		f.fault(names[0], at, fmt.Sprintf("must be %s, is %s", want, got))
		return "", at, false
	}
	return value, at, true
}

// required notes a column that is NOT NULL as missing, unless something else
// was said about it already.
func (f *fields) required(column, at string) {
	for _, known := range f.faults {
		if known.column == column {
			return
		}
	}
	f.fault(column, at, "is missing")
}

// text returns a text that must be there.
func (f *fields) text(names ...string) string {
	s := f.optionalText(names...)
	if s == nil {
		f.required(names[0], "."+names[0])
		return ""
	}
	return *s
}

// optionalText returns a text, nil when it is unknown.
func (f *fields) optionalText(names ...string) *string {
	value, _, ok := f.typed(kindText, names)
	if !ok {
		return nil
	}
	s := unquote(value)
	switch names[0] {
	case "code", "code_snippet", "prompt", "stack_trace":
		if len(s) > metrics.MaxText {
			s = metrics.CutText(s, metrics.MaxText)
			f.found.cut++
		}
	}
	return &s
}

// optionalName returns a name, nil when it is unknown or empty.
func (f *fields) optionalName(names ...string) *string {
	s := f.optionalText(names...)
	if s != nil && *s == "" {
		return nil
	}
	return s
}

// severity returns a severity in lower case.
func (f *fields) severity() metrics.Severity {
	return metrics.Severity(strings.ToLower(strings.TrimSpace(f.text("severity"))))
}

// number returns a finite number, nil when it is unknown.
func (f *fields) number(names ...string) *float64 {
	value, at, ok := f.typed(kindNumber, names)
	if !ok {
		return nil
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		f.fault(names[0], at, fmt.Sprintf("must be a finite number, is %.40s", value))
		return nil
	}
	if n == 0 {
		n = 0 // SQLite keeps no negative zero
	}
	return &n
}

// integer returns a whole number, nil when it is unknown. It may be written
// 3.0 or 3e2.
func (f *fields) integer(names ...string) *int64 {
	value, at, ok := f.typed(kindNumber, names)
	if !ok {
		return nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		var plain metrics.JSON
		if plain, err = metrics.ParseJSON([]byte(value)); err == nil {
			n, err = strconv.ParseInt(string(plain), 10, 64)
		}
	}
	if err != nil {
		f.fault(names[0], at, fmt.Sprintf("must be a whole number of 64 bits, is %.40s", value))
		return nil
	}
	return &n
}

// count returns how often something occurred, 1 when nothing is said.
func (f *fields) count() int64 {
	n := f.integer("count")
	if n == nil {
		return 1
	}
	if *n < 1 { // 0 would be completed to 1
		f.fault("count", ".count", fmt.Sprintf("must be at least 1, is %d", *n))
	}
	return *n
}

// boolean returns true or false, nil when it is unknown.
func (f *fields) boolean(names ...string) *bool {
	value, _, ok := f.typed(kindBoolean, names)
	if !ok {
		return nil
	}
	b := value == "true"
	return &b
}

// names returns a list of names, nil when it is unknown.
func (f *fields) names(names ...string) metrics.Names {
	value, at, ok := f.typed(kindArray, names)
	if !ok {
		return nil
	}
	list := metrics.Names{}
	for i, element := range elements(value) {
		if got := kindOf(element); got != kindText {
			f.fault(names[0], fmt.Sprintf("%s[%d]", at, i), fmt.Sprintf("must be %s, is %s", kindText, got))
			return nil
		}
		list = append(list, unquote(element))
	}
	return list
}

// time returns an instant that must be there.
func (f *fields) time() metrics.Time {
	const column = "timestamp"
	value, at, ok := f.typed(kindText, []string{column})
	if !ok {
		f.required(column, at)
		return metrics.Time{}
	}
	s := unquote(value)
	t, naive, err := parseTime(s, f.zone)
	if err != nil {
		f.fault(column, at, fmt.Sprintf("%.40q is %v", s, err))
		return metrics.Time{}
	}
	if naive {
		f.found.naive++
	}
	return metrics.At(t)
}

// origin returns where the record comes from: what it says itself, else what
// is said of the whole file.
func (f *fields) origin() metrics.Origin {
	o := f.settings.origin
	if key := f.optionalName("event_key"); key != nil {
		o.EventKey = *key
	}
	for _, column := range []struct {
		name  string
		value **string
	}{{"project", &o.Project}, {"source", &o.Source}, {"run_id", &o.RunID}, {"generation_key", &o.GenerationKey}} {
		if own := f.optionalName(column.name); own != nil {
			*column.value = own
		}
	}
	return o
}

// openDetails makes the members of the object details known as details.x.
func (f *fields) openDetails() {
	m := f.member("details")
	if m == nil || kindOf(m.value) != kindObject {
		return // object will complain
	}
	f.details, _ = members(nil, m.value) // it was parsed with the record
}

// unknownKey is where object puts the members that have no column.
const unknownKey = "_unknown"

// object returns a JSON object together with all members that were not taken
// yet, which it puts under the key _unknown, or __unknown and so on if the
// object has that key itself. It returns nil when there is nothing at all.
func (f *fields) object(names ...string) metrics.JSON {
	value, at, ok := f.typed(kindObject, names)
	if !ok {
		value = "{}"
	}
	unknown := f.untaken()
	switch {
	case len(unknown) > 0:
		value = with(value, unknown)
	case !ok:
		return nil
	}
	return f.canonical(names[0], at, value)
}

// canonical returns the canonical form of a JSON object.
func (f *fields) canonical(column, at, value string) metrics.JSON {
	j, err := metrics.ParseJSON([]byte(value))
	if err != nil {
		f.fault(column, at, reasonOf(err))
		return nil
	}
	return j
}

// reasonOf is what is wrong with JSON, in words.
func reasonOf(err error) string { return strings.TrimPrefix(err.Error(), "metrics: json: ") }

// untaken takes what nobody asked for.
func (f *fields) untaken() []member {
	var rest []member
	for i, m := range f.members {
		if !m.taken {
			f.members[i].taken = true
			rest = append(rest, m)
		}
	}
	return rest
}

// with adds unknown members to the text of an object.
func with(object string, unknown []member) string {
	key := unknownKey
	own, _ := members(nil, object)
	for i := 0; i < len(own); i++ {
		if own[i].key == key {
			key, i = "_"+key, -1
		}
	}
	var b strings.Builder
	b.WriteString(object[:len(object)-1])
	if len(own) > 0 {
		b.WriteByte(',')
	}
	b.WriteString(`"` + key + `":`)
	writeObject(&b, unknown)
	b.WriteByte('}')
	return b.String()
}

// writeObject writes members as a JSON object.
func writeObject(b *strings.Builder, members []member) {
	b.WriteByte('{')
	for i, m := range members {
		if i > 0 {
			b.WriteByte(',')
		}
		key, _ := json.Marshal(m.key) // a text is always JSON
		b.Write(key)
		b.WriteByte(':')
		b.WriteString(m.value)
	}
	b.WriteByte('}')
}
