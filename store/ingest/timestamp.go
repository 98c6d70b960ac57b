package ingest

import (
	"errors"
	"time"
)

var (
	errNoTime     = errors.New("no date and time such as 2026-01-31T12:00:00Z")
	errDateOnly   = errors.New("a date without a time of day")
	errLeapSecond = errors.New("a leap second, which no database keeps")
	errNoSuchTime = errors.New("a day or time that does not exist")
)

// parseTime reads a date and a time of day as ISO 8601 and RFC 3339 write
// them: 2026-01-31T12:00:00.123456+01:00, with T or a blank in the middle, any
// number of decimals or none, and Z, an offset or nothing at the end. Without
// an offset it is the time of day in zone, and naive is true; for an hour that
// occurs twice or never there, package time chooses.
func parseTime(s string, zone *time.Location) (t time.Time, naive bool, err error) {
	if matches(s, "0000-00-00") {
		return t, false, errDateOnly
	}
	const length = len("2026-01-31T12:00:00")
	if len(s) < length || !matches(s[:10], "0000-00-00") || s[10] != 'T' && s[10] != ' ' || !matches(s[11:length], "00:00:00") {
		return t, false, errNoTime
	}
	year, month, day := number(s[0:4]), time.Month(number(s[5:7])), number(s[8:10])
	hour, minute, second := number(s[11:13]), number(s[14:16]), number(s[17:19])
	nanosecond, rest := fraction(s[length:])
	if zone, naive, err = parseZone(rest, zone); err != nil {
		return t, false, err
	}
	switch {
	case second == 60:
		return t, false, errLeapSecond
	case hour > 23 || minute > 59 || second > 59:
		return t, false, errNoSuchTime
	}
	if noon := time.Date(year, month, day, 12, 0, 0, 0, time.UTC); noon.Month() != month || noon.Day() != day {
		return t, false, errNoSuchTime
	}
	return time.Date(year, month, day, hour, minute, second, nanosecond, zone), naive, nil
}

// matches tells whether s has a digit where layout has a 0, and is the same
// elsewhere.
func matches(s, layout string) bool {
	if len(s) != len(layout) {
		return false
	}
	for i := range len(s) {
		digit := '0' <= s[i] && s[i] <= '9'
		if layout[i] == '0' && !digit || layout[i] != '0' && s[i] != layout[i] {
			return false
		}
	}
	return true
}

// number is the value of decimal digits.
func number(digits string) (n int) {
	for _, c := range []byte(digits) {
		n = 10*n + int(c-'0')
	}
	return n
}

// fraction cuts the decimals of a second off, which may be missing, and leaves
// out those behind the ninth.
func fraction(s string) (nanosecond int, rest string) {
	if s == "" || s[0] != '.' {
		return 0, s
	}
	n := digits(s[1:])
	if n == 0 {
		return 0, s // no time: the point cannot begin a zone
	}
	decimals := (s[1:1+n] + "00000000")[:9]
	return number(decimals), s[1+n:]
}

// parseZone reads what follows the seconds.
func parseZone(s string, fallback *time.Location) (zone *time.Location, naive bool, err error) {
	switch {
	case s == "":
		return fallback, true, nil
	case s == "Z":
		return time.UTC, false, nil
	case s[0] != '+' && s[0] != '-':
		return nil, false, errNoTime
	}
	var hours, minutes int
	switch digits := s[1:]; {
	case matches(digits, "00"):
		hours = number(digits)
	case matches(digits, "0000"):
		hours, minutes = number(digits[:2]), number(digits[2:])
	case matches(digits, "00:00"):
		hours, minutes = number(digits[:2]), number(digits[3:])
	default:
		return nil, false, errNoTime
	}
	if hours > 23 || minutes > 59 {
		return nil, false, errNoSuchTime
	}
	offset := 60 * (60*hours + minutes)
	if s[0] == '-' {
		offset = -offset
	}
	return time.FixedZone("", offset), false, nil
}
