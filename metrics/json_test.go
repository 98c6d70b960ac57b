package metrics_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
)

func ExampleParseJSON() {
	j, err := metrics.ParseJSON([]byte(`{"b": [1.50, 2e3], "a": "é"}`))
	if err != nil {
		panic(err)
	}
	fmt.Println(j)
	// Output: {"a":"é","b":[1.5,2000]}
}

func TestEqualJSONHasEqualBytes(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		in   string
		want string
	}{
		"keys are sorted":            {`{"b":1,"a":2}`, `{"a":2,"b":1}`},
		"blanks go":                  {" [ 1 , 2 ] ", `[1,2]`},
		"a fraction of zeros":        {`1.000`, `1`},
		"zeros at the end":           {`1.50`, `1.5`},
		"an exponent":                {`1.5e3`, `1500`},
		"a negative exponent":        {`15e-3`, `0.015`},
		"minus zero":                 {`-0.0`, `0`},
		"digits beyond a float64":    {`0.12345678901234567890123`, `0.12345678901234567890123`},
		"an integer beyond int64":    {`92233720368547758070`, `92233720368547758070`},
		"escapes":                    {`"\u00e9\/\u000a"`, `"é/\n"`},
		"a control character":        {`"\u001f"`, `"\u001f"`},
		"a line separator stays":     {"\"\u2028\"", "\"\u2028\""},
		"markup is nobody's concern": {`"<a>&"`, `"<a>&"`},
		"nesting":                    {`{"a":{"c":[{}],"b":[]}}`, `{"a":{"b":[],"c":[{}]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := metrics.ParseJSON([]byte(c.in))
			require.NoError(t, err)
			assert.Equal(t, c.want, got.String())
		})
	}
}

func TestJSONRefusesWhatDatabasesTreatDifferently(t *testing.T) {
	t.Parallel()

	for name, in := range map[string]string{
		"nothing":               ``,
		"half a value":          `{"a":`,
		"two values":            `1 2`,
		"a key twice":           `{"a":1,"a":2}`,
		"a key twice, escaped":  `{"a":1,"\u0061":2}`,
		"NUL":                   `"\u0000"`,
		"NUL in a key":          `{"\u0000":1}`,
		"invalid UTF-8":         "\"\xff\"",
		"beyond a float64":      `1e400`,
		"an endless fraction":   "0." + strings.Repeat("1", 500),
		"a hair above zero":     `1e-401`,
		"too deep":              strings.Repeat("[", 65) + strings.Repeat("]", 65),
		"much too deep":         strings.Repeat("[", 100_000),
		"too long":              `"` + strings.Repeat("x", metrics.MaxJSON) + `"`,
		"a single quote":        `{'a':1}`,
		"a trailing comma":      `[1,]`,
		"NaN":                   `NaN`,
		"a comment in the text": `{"a":1 /* one */}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := metrics.ParseJSON([]byte(in))
			assert.Error(t, err, "got %.80s", got)
		})
	}
}

func TestJSONNullIsNULL(t *testing.T) {
	t.Parallel()

	null, err := metrics.ParseJSON([]byte("null"))
	require.NoError(t, err)
	assert.Nil(t, null)
	value, err := null.Value()
	require.NoError(t, err)
	assert.Nil(t, value)

	data, err := json.Marshal(struct{ J metrics.JSON }{})
	require.NoError(t, err)
	assert.Equal(t, `{"J":null}`, string(data))
}

func TestNewJSONAgreesWithEncodingJSON(t *testing.T) {
	t.Parallel()

	cyclic := map[string]any{}
	cyclic["a"] = cyclic
	for name, v := range map[string]any{
		"plain values":        map[string]any{"b": "x", "a": true, "c": int64(-7), "d": 1e21, "e": map[string]any{"y": 0.1, "x": ""}},
		"an empty object":     map[string]any{},
		"no object":           map[string]any(nil),
		"none inside":         map[string]any{"a": map[string]any(nil), "b": nil},
		"odd texts":           map[string]any{"<&>\u2028\x7f": "\"\\\n\t", "\xff": "\xfe\ufffd😀"},
		"equal keys":          map[string]any{"\xff": "1", "\xfe": "2"},
		"NUL":                 map[string]any{"a": "\x00"},
		"small numbers":       map[string]any{"a": math.SmallestNonzeroFloat64, "b": math.Copysign(0, -1)},
		"no number":           map[string]any{"a": math.NaN()},
		"infinite":            math.Inf(-1),
		"lists":               map[string]any{"a": []string{"x"}, "b": []any{int64(1), 2, nil}},
		"around in a circle":  cyclic,
		"texts of their type": map[string]any{"a": metrics.SeverityHigh},
	} {
		var want metrics.JSON
		data, wrong := json.Marshal(v)
		if wrong == nil {
			want, wrong = metrics.ParseJSON(data)
		}
		got, err := metrics.NewJSON(v)
		assert.Equal(t, want, got, name)
		assert.Equal(t, wrong == nil, err == nil, "%s: %v", name, err)
	}
}

// FuzzParseJSON: what is accepted is a fixed point, means the same as before,
// and is valid JSON.
func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{
		`{"b":1,"a":[1.50e1,-0.0,"x\n"]}`, `null`, `"\ud800"`, `1e-7`, `[[[]]]`, `123456789012345678901234567890`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := metrics.ParseJSON(data)
		if err != nil || first == nil {
			return
		}
		second, err := metrics.ParseJSON(first)
		require.NoError(t, err)
		require.Equal(t, first.String(), second.String())
		require.True(t, json.Valid(first))

		var number json.Number
		if json.Unmarshal(data, &number) == nil && number != "" {
			before, ok := new(big.Rat).SetString(number.String())
			require.True(t, ok)
			after, ok := new(big.Rat).SetString(first.String())
			if strings.HasPrefix(first.String(), `"`) {
				return // a number in quotes stays text
			}
			require.True(t, ok)
			require.Zero(t, before.Cmp(after), "%s became %s", number, first)
		}
	})
}
