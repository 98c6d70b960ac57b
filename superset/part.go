package superset

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// part is a place in a file that was read, and what stands there: nil, text,
// numbers, booleans, times, []any or map[string]any. Asking for what is not
// there gives an empty part, so that a reader need not ask twice.
type part struct {
	found *check
	path  string // file: key.key[2]
	value any
}

// report notes problems at the place.
func (p part) report() report { return p.found.at(strings.TrimSuffix(p.path, ": ")) }

// field is what stands under the key.
func (p part) field(key string) part {
	entries, _ := p.value.(map[string]any)
	return part{p.found, p.below(key), entries[key]}
}

func (p part) below(key string) string {
	if strings.HasSuffix(p.path, ": ") {
		return p.path + key
	}
	return p.path + "." + key
}

// entries are the fields in the order of their names.
func (p part) entries() iter.Seq2[string, part] {
	entries, _ := p.value.(map[string]any)
	return func(yield func(string, part) bool) {
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			if !yield(key, p.field(key)) {
				return
			}
		}
	}
}

// items are the members of a list.
func (p part) items() []part {
	list, _ := p.value.([]any)
	var all []part
	for i, v := range list {
		all = append(all, part{p.found, fmt.Sprintf("%s[%d]", p.path, i), v})
	}
	return all
}

// text is the text that stands there, else an empty one.
func (p part) text() string {
	text, _ := p.value.(string)
	return text
}

// flag reports whether there stands true.
func (p part) flag() bool {
	flag, _ := p.value.(bool)
	return flag
}

// number is the number that stands there, and whether there is one.
func (p part) number() (float64, bool) {
	switch n := p.value.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// empty reports whether there is nothing, or nothing in it.
func (p part) empty() bool {
	switch v := p.value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// texts are the texts in a list, or the one text that stands there alone.
func (p part) texts() []part {
	if p.text() != "" {
		return []part{p}
	}
	return slices.DeleteFunc(p.items(), func(item part) bool { return item.text() == "" })
}
