package record

import "github.com/doronpers/feedback-loop-go/metrics"

// entry is an event on its way.
type entry struct {
	event metrics.Event
	size  int
	seq   int // how many were accepted up to this one

	// answer has room for the outcome, for which a call of Store waits. It is
	// nil when nobody waits.
	answer chan error

	logged *journalFile // that holds the event; nil without

	faults int // how often it failed alone while others were stored
	stored int // how many events were stored when it did
}

// tell answers the waiting call, if there is one.
func (e *entry) tell(err error) {
	if e.answer != nil {
		e.answer <- err
		e.answer = nil
	}
}

// promised tells whether somebody relies on the event, so that it must not make
// room for others.
func (e *entry) promised() bool { return e.answer != nil || e.logged != nil }

// maxFaults is how often an event may fail alone, while others are stored, before
// it is refused.
const maxFaults = 3

// suspect notes that the event failed alone, when so many events were stored.
func (e *entry) suspect(stored int) {
	if stored > e.stored { // so it is not the database that fails
		e.faults++
		e.stored = stored
	}
}

// queue is a ring of entries, so that passing through it allocates nothing.
type queue struct {
	ring  []entry
	first int
	n     int
}

func (q *queue) at(i int) *entry { return &q.ring[(q.first+i)%len(q.ring)] }

func (q *queue) push(e entry) {
	if q.n == len(q.ring) {
		ring := make([]entry, max(64, 2*q.n))
		for i := range q.n {
			ring[i] = *q.at(i)
		}
		q.ring, q.first = ring, 0
	}
	q.n++
	*q.at(q.n - 1) = e
}

func (q *queue) pop() entry {
	e := *q.at(0)
	*q.at(0) = entry{} // its event is garbage now
	q.first = (q.first + 1) % len(q.ring)
	q.n--
	return e
}

// remove takes the first entry out for which match returns true. Those before
// it are few: callers that wait.
func (q *queue) remove(match func(*entry) bool) (entry, bool) {
	for i := range q.n {
		if !match(q.at(i)) {
			continue
		}
		for ; i > 0; i-- {
			a, b := q.at(i-1), q.at(i)
			*a, *b = *b, *a
		}
		return q.pop(), true
	}
	return entry{}, false
}
