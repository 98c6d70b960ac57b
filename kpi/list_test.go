package kpi_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/doronpers/feedback-loop-go/kpi"
)

// FuzzList compares the quick count of names with what encoding/json reads.
func FuzzList(f *testing.F) {
	for _, text := range []string{
		`[]`, `["a"]`, `["a", "b"]`, `["a","b\"]"]`, `["a",1,["b"]]`, `null`, `{"a":"b"}`, `["a",]`, `["a" "b"]`, `[,]`, `["a"`,
		`[" "," "]`, `["a",null]`, ``, `[ ]`, "[\"\n\"]", `["ü","\u00fc"]`, `["a"] `, `"a"`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var elements []any
		err := json.Unmarshal(text, &elements)
		var want int64
		for _, e := range elements {
			if _, ok := e.(string); ok {
				want++
			}
		}
		names, ok := kpi.ParseList(text)
		assert.Equal(t, err == nil && elements != nil, ok, "%q", text)
		if ok {
			assert.Equal(t, want, names, "%q", text)
		}
	})
}
