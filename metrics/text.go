package metrics

import (
	"strings"
	"unicode/utf8"
)

// CleanText returns s with U+FFFD in the place of what no database keeps: NUL,
// and bytes that are no UTF-8.
func CleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// CutText shortens s to at most limit bytes, between two characters.
func CutText(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
