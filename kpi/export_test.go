package kpi

// TQuantile lets the tests compare the quantile alone.
var TQuantile = tQuantile

// ParseList returns the number of names in patterns_applied; ok is false for
// what is no array.
func ParseList(text []byte) (names int64, ok bool) {
	l := parseList(text)
	return l.names, l.state == listKnown
}
