package ingest

import (
	"slices"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Receipt says what became of the records of a file.
type Receipt struct {
	File   string `json:"file"`
	Format Format `json:"format"`

	// Tables counts by table name, for every table that the file has records
	// or an empty list for.
	Tables map[string]Count `json:"tables"`

	// Refused lists refused records in their order, of many only the first
	// MaxRefusals. All of them are in the quarantine.
	Refused []Refusal `json:"refused"`

	// Unknown lists top-level keys that were passed over.
	Unknown []string `json:"unknown,omitempty"`

	// UnknownKeys counts, by list and key, what records said that no column
	// holds and that is not stored. In tables with a JSON column it is stored
	// there.
	UnknownKeys map[string]map[string]int `json:"unknown_keys,omitempty"`

	// PassedOver counts, by reason, what the file holds that is no record, such
	// as findings that somebody suppressed.
	PassedOver map[string]int `json:"passed_over,omitempty"`

	NaiveTimes         int `json:"naive_times,omitempty"`         // times without offset
	CutTexts           int `json:"cut_texts,omitempty"`           // texts that were shortened to their limit
	ReplacedCharacters int `json:"replaced_characters,omitempty"` // NUL and broken characters, now U+FFFD
	Redacted           int `json:"redacted,omitempty"`            // events that Redact changed
}

// MaxRefusals is how many refused records a receipt lists.
const MaxRefusals = 200

// Total is the sum over all tables.
func (r Receipt) Total() Count {
	var total Count
	for _, c := range r.Tables {
		total = total.plus(c)
	}
	return total
}

// Count says what became of the records of a table. Read is always the sum of
// the others.
type Count struct {
	Read      int `json:"read"`
	Stored    int `json:"stored"`
	Duplicate int `json:"duplicate"` // stored by an earlier import
	Refused   int `json:"refused"`
}

func (c Count) plus(d Count) Count {
	return Count{
		Read:      c.Read + d.Read,
		Stored:    c.Stored + d.Stored,
		Duplicate: c.Duplicate + d.Duplicate,
		Refused:   c.Refused + d.Refused,
	}
}

// Refusal says why a record was not stored.
type Refusal struct {
	Index  int    `json:"index"`           // in its list, from 0
	Path   string `json:"path"`            // of what is at fault first, such as $.bugs[2].timestamp
	Field  string `json:"field,omitempty"` // its column; empty when it is the whole record
	Reason string `json:"reason"`          // everything that is at fault, in words
}

// findings are what decoding notices beside the records.
type findings struct {
	tables   []string // of lists
	unknown  []string
	keys     map[string]map[string]int
	passed   map[string]int
	naive    int
	cut      int
	replaced int
	redacted int
}

func (f *findings) table(name string) { f.tables = append(f.tables, name) }

func (f *findings) unknownMember(key string) {
	f.unknown = appendKey(f.unknown, metrics.CutText(key, maxUnknownKey))
}

func (f *findings) unknownKey(list, key string) {
	if f.keys == nil {
		f.keys = map[string]map[string]int{}
	}
	countKey(f.keys, list, key, 1)
}

func (f *findings) passOver(reason string) {
	if f.passed == nil {
		f.passed = map[string]int{}
	}
	f.passed[reason]++
}

// A file may hold any number of unknown keys: of each list we name some, in
// parts if they are long.
const (
	maxUnknownKeys = 100
	maxUnknownKey  = 100
	otherKeys      = "…" // stands for all the others
)

// appendKey adds a key that is not in keys yet.
func appendKey(keys []string, key string) []string {
	if len(keys) >= maxUnknownKeys {
		key = otherKeys
	}
	if slices.Contains(keys, key) {
		return keys
	}
	return append(keys, key)
}

func countKey(keys map[string]map[string]int, list, key string, n int) {
	if keys[list] == nil {
		keys[list] = map[string]int{}
	}
	key = metrics.CutText(key, maxUnknownKey)
	if _, known := keys[list][key]; !known && len(keys[list]) >= maxUnknownKeys {
		key = otherKeys
	}
	keys[list][key] += n
}

// add takes over what was found.
func (r *Receipt) add(f findings) {
	for _, table := range f.tables {
		r.Tables[table] = r.Tables[table].plus(Count{})
	}
	for _, key := range f.unknown {
		r.Unknown = appendKey(r.Unknown, key)
	}
	for list, keys := range f.keys {
		for key, n := range keys {
			if r.UnknownKeys == nil {
				r.UnknownKeys = map[string]map[string]int{}
			}
			countKey(r.UnknownKeys, list, key, n)
		}
	}
	for reason, n := range f.passed {
		if r.PassedOver == nil {
			r.PassedOver = map[string]int{}
		}
		r.PassedOver[reason] += n
	}
	r.NaiveTimes += f.naive
	r.CutTexts += f.cut
	r.ReplacedCharacters += f.replaced
	r.Redacted += f.redacted
}
