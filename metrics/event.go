package metrics

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"sync"
)

// Event is a row of one of the six event tables: a pointer to [Bug],
// [TestFailure], [CodeReview], [Performance], [Deployment] or
// [CodeGeneration].
type Event interface {
	// Table names the event's table.
	Table() string

	// Provenance is where the event came from.
	Provenance() *Origin

	// Validate reports every rule that the row breaks, as FieldErrors.
	Validate() error

	// ContentKey is an event key made of everything that the event says and
	// of its origin. The ordinal tells events apart that are equal and yet
	// happened several times: 0 for the first, 1 for the second of a file.
	ContentKey(ordinal int) string

	// complete sets what is implied by the zero value.
	complete()
}

// Complete fills in what an event leaves to be understood: a count of 0
// becomes 1, and an empty event key the content key of ordinal 0. Stores call
// it before they validate.
func Complete(e Event) {
	e.complete()
	if o := e.Provenance(); o.EventKey == "" {
		o.EventKey = e.ContentKey(0)
	}
}

func completeCount(count *int64) {
	if *count == 0 {
		*count = 1
	}
}

// content gathers the fields of an event for its key. Every field is written
// with its length or a mark for NULL, so that no two different events give
// the same bytes.
type content struct{ b []byte }

// contents are used again, because imports make a key for every event.
var contents = sync.Pool{New: func() any { return &content{} }}

func contentOf(table string, o *Origin) *content {
	c := contents.Get().(*content)
	c.b = c.b[:0]
	c.text(table)
	c.optionalInt(o.OrganizationID)
	c.optionalText(o.Project)
	c.optionalText(o.Source)
	c.optionalText(o.RunID)
	if o.GenerationKey != nil { // older than this field are keys of events without it
		c.b = append(c.b, linked)
		c.text(*o.GenerationKey)
	}
	return c
}

// What stands before the bytes of a field.
const (
	null    = 0
	notNull = 1
	linked  = 2 // the field that follows is there only when it is not NULL
)

func (c *content) text(s string) {
	c.b = append(c.b, notNull)
	c.b = binary.AppendUvarint(c.b, uint64(len(s)))
	c.b = append(c.b, s...)
}

func (c *content) optionalText(s *string) {
	if s == nil {
		c.b = append(c.b, null)
		return
	}
	c.text(*s)
}

func (c *content) int(n int64) {
	c.b = append(c.b, notNull)
	c.b = binary.AppendVarint(c.b, n)
}

func (c *content) optionalInt(n *int64) {
	if n == nil {
		c.b = append(c.b, null)
		return
	}
	c.int(*n)
}

func (c *content) optionalFloat(f *float64) {
	if f == nil {
		c.b = append(c.b, null)
		return
	}
	c.b = append(c.b, notNull)
	c.b = binary.BigEndian.AppendUint64(c.b, math.Float64bits(*f))
}

func (c *content) optionalBool(v *bool) {
	switch {
	case v == nil:
		c.b = append(c.b, null)
	case *v:
		c.b = append(c.b, notNull, 1)
	default:
		c.b = append(c.b, notNull, 0)
	}
}

func (c *content) json(j JSON) {
	if j == nil {
		c.b = append(c.b, null)
		return
	}
	c.text(string(j))
}

func (c *content) names(n Names) {
	if n == nil {
		c.b = append(c.b, null)
		return
	}
	c.int(int64(len(n)))
	for _, name := range n {
		c.text(name)
	}
}

func (c *content) time(t Time) { c.int(At(t.Time).UnixMicro()) }

// key returns the key and gives the content back.
func (c *content) key(ordinal int) string {
	c.int(int64(ordinal))
	sum := sha256.Sum256(c.b)
	contents.Put(c)
	return hex.EncodeToString(sum[:])
}
