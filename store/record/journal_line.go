package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// A line of a journal is
//
//	checksum {"Table":"metrics_bugs","Event":{…}}
//
// with the CRC-32C of the JSON in eight hexadecimal characters. As JSON has no
// line breaks inside, the line after a damaged one is whole again.
const checksumLen = 8

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendLine appends the line of an event. Only a valid event is the same when it
// is read again.
func appendLine(b []byte, e metrics.Event) ([]byte, error) {
	record, err := json.Marshal(struct {
		Table string
		Event metrics.Event
	}{e.Table(), e})
	if err != nil {
		return b, err
	}
	b = fmt.Appendf(b, "%0*x ", checksumLen, crc32.Checksum(record, castagnoli))
	return append(append(b, record...), '\n'), nil
}

var (
	errChecksum = errors.New("record: checksum of a journal line does not fit")
	errNoLine   = errors.New("record: no journal line")
)

// parseLine returns the event of a line.
func parseLine(line []byte) (metrics.Event, error) {
	sum, record, found := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	if !found || len(sum) != checksumLen {
		return nil, errNoLine
	}
	want, err := strconv.ParseUint(string(sum), 16, 32)
	if err != nil {
		return nil, errNoLine
	}
	if uint32(want) != crc32.Checksum(record, castagnoli) {
		return nil, errChecksum
	}
	return parseRecord(record)
}

func parseRecord(record []byte) (metrics.Event, error) {
	var parts struct {
		Table string
		Event json.RawMessage
	}
	if err := strictly(record, &parts); err != nil {
		return nil, err
	}
	e, err := newEvent(parts.Table)
	if err != nil {
		return nil, err
	}
	if err := strictly(parts.Event, e); err != nil {
		return nil, fmt.Errorf("record: journal: %s: %w", parts.Table, err)
	}
	return e, nil
}

// strictly reads JSON that has nothing but the fields of v.
func strictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

func newEvent(table string) (metrics.Event, error) {
	for _, e := range []metrics.Event{
		new(metrics.Bug), new(metrics.TestFailure), new(metrics.CodeReview),
		new(metrics.Performance), new(metrics.Deployment), new(metrics.CodeGeneration),
	} {
		if e.Table() == table {
			return e, nil
		}
	}
	return nil, fmt.Errorf("record: journal: no event table %q", table)
}

// readJournal returns the events of a journal, what is damaged, and where the
// last whole line ends.
func readJournal(r io.Reader) (found []entry, damage []Damage, end int64, err error) {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return found, damage, end, nil
		}
		if err != nil {
			return nil, nil, 0, err
		}
		e, err := parseLine(line)
		switch {
		case errors.Is(err, errChecksum), errors.Is(err, errNoLine):
			damage = append(damage, Damage{Offset: end, Bytes: len(line), Err: err})
		case err != nil:
			return nil, nil, 0, fmt.Errorf("at byte %d: %w", end, err)
		default:
			_, size, err := copyOf(e)
			if err != nil {
				return nil, nil, 0, err
			}
			found = append(found, entry{event: e, size: size})
		}
		end += int64(len(line))
	}
}
