package ingest

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// fit decodes a JSON object into the struct to which v points, and tells
// whether it could. It gives what encoding/json gives, in half of the time,
// but judges nothing: whatever is odd leaves the struct zero, so that
// encoding/json can say what is wrong with it.
func fit(object string, v any) bool {
	into := reflect.ValueOf(v).Elem()
	p := parser{text: object}
	if strings.IndexByte(object, 0) < 0 && utf8.ValidString(object) &&
		p.fit(into, 0) == nil && p.at == len(object) && !p.nan {
		return true
	}
	into.SetZero()
	return false
}

// errOdd is the error of what fit leaves to encoding/json.
var errOdd = errors.New("odd")

// fit passes a value that is inside depth arrays and objects, and sets v to it,
// which is zero.
func (p *parser) fit(v reflect.Value, depth int) error {
	c := p.next()
	if v.Kind() == reflect.Pointer && c != 'n' {
		v.Set(reflect.New(v.Type().Elem()))
		return p.fit(v.Elem(), depth)
	}
	if v.Type().PkgPath() != "" {
		if own, ok := v.Addr().Interface().(json.Unmarshaler); ok {
			value, err := p.value(depth)
			if err != nil {
				return err
			}
			return own.UnmarshalJSON([]byte(value))
		}
	}
	if c == 'n' {
		return p.literal()
	}
	switch kind := v.Kind(); {
	case kind == reflect.Struct && c == '{':
		return p.fitStruct(v, depth)
	case kind == reflect.Map && c == '{':
		return p.fitMap(v, depth)
	case kind == reflect.Slice && c == '[':
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return p.array(depth+1, func() error {
			n := v.Len()
			v.Grow(1)
			v.SetLen(n + 1)
			return p.fit(v.Index(n), depth+1)
		})
	}
	value, err := p.value(depth)
	if err != nil {
		return err
	}
	return fitPlain(v, value)
}

// fitPlain sets v to a value that was parsed, and neither object nor list
// unless v takes anything.
func fitPlain(v reflect.Value, value string) error {
	is := kindOf(value)
	switch kind := v.Kind(); {
	case kind == reflect.Interface:
		return json.Unmarshal([]byte(value), v.Addr().Interface())
	case kind == reflect.String && is == kindText:
		v.SetString(unquote(value))
	case kind == reflect.Bool && is == kindBoolean:
		v.SetBool(value == "true")
	case v.CanInt() && is == kindNumber:
		n, err := strconv.ParseInt(value, 10, v.Type().Bits())
		v.SetInt(n)
		return err
	case v.CanFloat() && is == kindNumber:
		n, err := strconv.ParseFloat(value, v.Type().Bits())
		v.SetFloat(n)
		return err
	default:
		return errOdd
	}
	return nil
}

func (p *parser) fitMap(v reflect.Value, depth int) error {
	v.Set(reflect.MakeMap(v.Type()))
	return p.object(depth+1, func(key string) error {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := p.fit(value, depth+1); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(unquote(key)), value)
		return nil
	})
}

func (p *parser) fitStruct(v reflect.Value, depth int) error {
	fields := fieldsOf(v.Type())
	var seen uint64 // those that the object has
	return p.object(depth+1, func(key string) error {
		i, err := fieldNamed(fields, key[1:len(key)-1])
		switch {
		case err != nil:
			return err
		case i < 0:
			_, err := p.value(depth + 1)
			return err
		case seen&(1<<i) != 0:
			return errOdd
		}
		seen |= 1 << i
		return p.fit(v.FieldByIndex(fields[i].index), depth+1)
	})
}

// fieldNamed returns the index of the field of that name in any case, -1 if
// there is none.
func fieldNamed(fields []field, name string) (int, error) {
	for i := range len(name) {
		if name[i] == '\\' || name[i] >= utf8.RuneSelf {
			return 0, errOdd
		}
	}
	for i, f := range fields {
		if len(f.name) == len(name) && strings.EqualFold(f.name, name) {
			return i, nil
		}
	}
	return -1, nil
}

// field is one of a struct, by its name in JSON.
type field struct {
	name  string
	index []int
}

// structs are the fields of the structs that were met.
var structs sync.Map

func fieldsOf(t reflect.Type) []field {
	if known, ok := structs.Load(t); ok {
		return known.([]field)
	}
	var fields []field
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		name := f.Name
		if tag := f.Tag.Get("json"); tag != "" {
			name = tag
		}
		fields = append(fields, field{name, f.Index})
	}
	structs.Store(t, fields)
	return fields
}
