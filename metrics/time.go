package metrics

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Time is an instant in UTC with the resolution of a microsecond, which is
// what both databases keep. Make one with [At]; the zero Time is the year 1
// and no valid time of an event.
//
// PostgreSQL holds it as timestamptz, SQLite as text of fixed width
// (2026-03-01 06:30:00.123456) that sorts like the instants it stands for.
type Time struct{ time.Time }

// At returns t in UTC, cut to the microsecond.
func At(t time.Time) Time {
	return Time{t.UTC().Truncate(time.Microsecond)}
}

// Value gives the instant to a driver. The dialects of package store choose
// the text form.
func (t Time) Value() (driver.Value, error) {
	return At(t.Time).Time, nil
}

// timeLayouts are the forms in which a driver hands out a time as text: the
// fixed one that we write on SQLite, and those with an offset.
var timeLayouts = []string{
	"2006-01-02 15:04:05",
	"2006-01-02 15:04:05Z07:00",
	time.RFC3339,
	"2006-01-02 15:04:05Z07",
}

// Scan reads what a driver returns for a time column.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case time.Time:
		*t = At(v)
		return nil
	case []byte:
		return t.Scan(string(v))
	case string:
		for _, layout := range timeLayouts {
			if at, err := time.Parse(layout, v); err == nil {
				*t = At(at)
				return nil
			}
		}
		return fmt.Errorf("metrics: unreadable time %.40q", v)
	default:
		return fmt.Errorf("metrics: time from %T", src)
	}
}

// UnmarshalJSON reads an RFC 3339 time.
func (t *Time) UnmarshalJSON(data []byte) error {
	var at time.Time
	if err := at.UnmarshalJSON(data); err != nil {
		return fmt.Errorf("metrics: time: %w", err)
	}
	*t = At(at)
	return nil
}

// yearsKnown tells whether t lies in the years 1970 to 9999, the range that
// both databases and every client of theirs read back.
func (t Time) yearsKnown() bool {
	year := t.UTC().Year()
	return 1970 <= year && year <= 9999
}
