package redact

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// json redacts the texts of a JSON value, also for what the names of their keys
// say about them. What is no JSON stays: it will be refused.
func (r *Redactor) json(j *metrics.JSON) {
	if *j == nil || !r.suspects(string(*j)) {
		return
	}
	if _, err := metrics.ParseJSON(*j); err != nil {
		return
	}
	decoder := json.NewDecoder(bytes.NewReader(*j))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return
	}
	value, changed := r.value(value)
	if !changed {
		return
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		return
	}
	*j = b.Bytes()
	// One that has become too long is not canonical and will be refused.
	if canonical, err := metrics.ParseJSON(b.Bytes()); err == nil {
		*j = canonical
	}
}

// suspects tells whether there is a rule to try.
func (r *Redactor) suspects(text string) bool {
	m := r.search(text)
	defer r.index.marks.Put(m)
	return m.hits > 0
}

// value returns a value without secrets, and whether it had any.
func (r *Redactor) value(v any) (clean any, changed bool) {
	switch v := v.(type) {
	case string:
		clean, spans := r.clean(v)
		return clean, spans != nil
	case []any:
		for i, element := range v {
			clean, c := r.value(element)
			v[i], changed = clean, changed || c
		}
		return v, changed
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			clean, c := r.member(key, v[key])
			v[key], changed = clean, changed || c
			name, spans := r.clean(key)
			if spans == nil {
				continue
			}
			delete(v, key)
			for _, taken := v[name]; taken; _, taken = v[name] {
				name += "'"
			}
			v[name], changed = clean, true
		}
		return v, changed
	default:
		return v, false
	}
}

// member is value for what stands under a key. A text is looked at as code
// would assign it to the key.
func (r *Redactor) member(key string, v any) (clean any, changed bool) {
	text, isText := v.(string)
	if !isText {
		return r.value(v)
	}
	key = `"` + key + `": "`
	_, spans := r.clean(key + text + `"`)
	var inside []span
	for _, s := range spans {
		if s.start >= len(key) && s.end <= len(key)+len(text) {
			inside = append(inside, span{start: s.start - len(key), end: s.end - len(key), rule: s.rule})
		}
	}
	text, more := r.clean(put(text, inside))
	return text, inside != nil || more != nil
}
