package record

import (
	"fmt"
	"hash/crc32"
	"io"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Checked is a journal line of a record.
func Checked(record string) string {
	return fmt.Sprintf("%08x %s\n", crc32.Checksum([]byte(record), castagnoli), record)
}

// AppendLine is appendLine.
var AppendLine = appendLine

// ReadJournal is readJournal.
func ReadJournal(r io.Reader) (events []metrics.Event, damage []Damage, end int64, err error) {
	found, damage, end, err := readJournal(r)
	for _, e := range found {
		events = append(events, e.event)
	}
	return events, damage, end, err
}
