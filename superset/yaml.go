package superset

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Superset reads YAML 1.1 with Python, this package writes YAML 1.2. So the
// writer leaves nothing to either: a text is quoted unless both must take it
// for text, and a number has a form that both read alike.

// encodeYAML writes the document.
func encodeYAML(v any) ([]byte, error) {
	n, err := yamlNode(reflect.ValueOf(v))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(n); err != nil {
		return nil, err
	}
	if err := e.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func yamlNode(v reflect.Value) (*yaml.Node, error) {
	switch v.Kind() {
	case reflect.Invalid:
		return yamlScalar("!!null", "null"), nil
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return yamlScalar("!!null", "null"), nil
		}
		return yamlNode(v.Elem())
	case reflect.Bool:
		return yamlScalar("!!bool", strconv.FormatBool(v.Bool())), nil
	case reflect.Int, reflect.Int64:
		return yamlScalar("!!int", strconv.FormatInt(v.Int(), 10)), nil
	case reflect.Float64:
		return yamlNumber(v.Float())
	case reflect.String:
		return yamlText(v.String())
	case reflect.Slice:
		if fields, ok := v.Interface().(object); ok {
			return yamlObject(fields)
		}
		return yamlSequence(v)
	case reflect.Map:
		return yamlMap(v)
	default:
		return nil, fmt.Errorf("no YAML for a %s", v.Type())
	}
}

func yamlScalar(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

// yamlNumber writes a float as Python reads it: whole numbers as integers,
// others with a decimal point and without an exponent.
func yamlNumber(f float64) (*yaml.Node, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, errors.New("a number that is not finite")
	}
	tag := "!!float"
	if f == math.Trunc(f) {
		tag = "!!int"
	}
	return yamlScalar(tag, strconv.FormatFloat(f, 'f', -1, 64)), nil
}

// plainText is text that no version of YAML takes for anything else.
var plainText = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./()-]*( [A-Za-z0-9_./()-]+)*$`)

// otherWords are plain words that some version of YAML reads as a value.
var otherWords = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

func yamlText(s string) (*yaml.Node, error) {
	if err := textError(s); err != nil {
		return nil, err
	}
	n := yamlScalar("!!str", s)
	switch {
	case plainText.MatchString(s) && !slices.Contains(otherWords, strings.ToLower(s)):
	case literalText(s):
		n.Style = yaml.LiteralStyle
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		n.Style = yaml.DoubleQuotedStyle
	default:
		n.Style = yaml.SingleQuotedStyle
	}
	return n, nil
}

// textError tells why a text cannot be carried to Superset: it is no text, or
// has control characters, which databases refuse and pages cannot show.
func textError(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("text that is not UTF-8")
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff {
			return fmt.Errorf("control character %U", r)
		}
	}
	return nil
}

// literalText reports whether the text is several plain lines, which are
// written one below the other.
func literalText(s string) bool {
	if !strings.Contains(s, "\n") {
		return false
	}
	for i, line := range strings.Split(s, "\n") {
		if line == "" && i > 0 {
			continue
		}
		if strings.TrimSpace(line) != line || line == "" ||
			strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return false
		}
	}
	return !strings.HasSuffix(s, "\n")
}

func yamlObject(fields object) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fields {
		if err := yamlField(n, f.key, reflect.ValueOf(f.value)); err != nil {
			return nil, err
		}
	}
	return flowIfEmpty(n), nil
}

func yamlMap(v reflect.Value) (*yaml.Node, error) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, fmt.Errorf("no YAML for a %s", v.Type())
	}
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, k := range sortedKeys(v) {
		if err := yamlField(n, k.String(), v.MapIndex(k)); err != nil {
			return nil, err
		}
	}
	return flowIfEmpty(n), nil
}

// sortedKeys are the keys of a map with texts as keys.
func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

func yamlField(n *yaml.Node, key string, value reflect.Value) error {
	k, err := yamlText(key)
	if err != nil {
		return fmt.Errorf("%q: %w", key, err)
	}
	v, err := yamlNode(value)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	n.Content = append(n.Content, k, v)
	return nil
}

func yamlSequence(v reflect.Value) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for i := range v.Len() {
		item, err := yamlNode(v.Index(i))
		if err != nil {
			return nil, fmt.Errorf("%d: %w", i, err)
		}
		n.Content = append(n.Content, item)
	}
	return flowIfEmpty(n), nil
}

// flowIfEmpty writes an empty collection as {} or [].
func flowIfEmpty(n *yaml.Node) *yaml.Node {
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	return n
}
