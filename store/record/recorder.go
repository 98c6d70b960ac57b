package record

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
)

var (
	// ErrClosed is returned for events that come after Close, which count
	// nowhere, and to calls of Store that Close gave up on.
	ErrClosed = errors.New("record: recorder is closed")

	// ErrDropped is returned when there is no room for an event.
	ErrDropped = errors.New("record: no room, event dropped")

	// ErrTooLarge is returned for an event that is larger than all that may
	// be in flight. It counts as refused.
	ErrTooLarge = errors.New("record: event too large")
)

// Sink is where a recorder puts events. [store.DB] is one; what its Insert
// promises is what a recorder relies on.
type Sink interface {
	Insert(ctx context.Context, events []metrics.Event) (store.Receipt, error)
}

// Recorder queues events and stores them. It is safe for concurrent use. Make
// one with [New], and [Recorder.Close] it.
type Recorder struct {
	sink Sink // nil when nothing is to be stored
	o    Options
	keys keys

	mu   sync.Mutex
	work sync.Cond // something is to be done, or will never be again

	// Where events wait: first for the journal if there is one, then for the
	// database. What is on its way into either is a group.
	unlogged queue
	logging  []entry
	ready    queue
	writing  []entry

	bytes    int   // in flight
	books    Stats // without InFlight
	attempts int   // to write a group, that have ended
	alone    int   // of these, the last ones that failed with a single event
	failing  error // why the database takes nothing, for other than a passing reason

	changed chan struct{} // closed when any of this changes, nil when nobody waits
	started bool          // the goroutines run
	closed  bool          // nothing is accepted any more
	ended   bool          // the goroutines have ended
	gaveUp  error         // why Close did not wait for the rest
	lost    int           // dropped for that reason
	cancel  context.CancelFunc
}

// New returns a recorder for a database, or for any other sink. It starts
// nothing before the first event, unless the journal holds events that another
// recorder left behind: these are stored first.
func New(sink Sink, o Options) *Recorder {
	r := &Recorder{sink: sink, o: o.withDefaults()}
	r.keys.random = r.o.Random
	r.work.L = &r.mu
	if r.o.Journal != nil && sink != nil {
		r.takeOver(r.o.Journal)
	}
	return r
}

// Nop returns a recorder that stores nothing, for programs that record only
// sometimes. It makes keys like any other, its calls succeed, and all events
// count as dropped. A recorder of a nil sink is the same.
func Nop() *Recorder { return New(nil, Options{}) }

// takeOver accepts the events that were found in the journal.
func (r *Recorder) takeOver(j *Journal) {
	r.mu.Lock()
	defer r.mu.Unlock()

	for _, e := range j.found {
		r.accept(&e)
		r.ready.push(e)
	}
	if len(j.found) > 0 {
		r.start()
	}
	j.found = nil
}

// Record hands an event over, fire and forget: it is queued in memory, and lost
// if the program dies before it was stored or has reached the journal, which is
// tried at once. The event is copied, so that the caller may go on using it.
//
// The key is the event's own, or a random one if it has none. An error means
// that the event will not be stored: [ErrDropped], [ErrTooLarge], [ErrClosed], or
// that ctx ended while Record waited for room, which it does with [Block] only.
// Whether a queued event is valid shows later, see Options.Refused.
func (r *Recorder) Record(ctx context.Context, e metrics.Event) (key string, err error) {
	own, size, err := copyOf(e)
	if err != nil {
		return "", err
	}
	return r.record(ctx, own, size)
}

// Store hands an event over and returns nil when it is durable: committed by the
// database, or written to the journal and synced. Calls at the same time share
// a commit. When there is no room, Store waits for it.
//
// An error does not mean that the event will not be stored, unless the error
// says that the event was refused or the recorder closed. When the disk is full
// or the database otherwise fails, Store returns at once what is wrong, and the
// recorder keeps trying; temporary failures ([store.ErrRetryable]) are waited out
// until ctx ends. Setting the event's key to the one that was returned makes
// calling again harmless.
//
// The journal takes valid events only. What the database refuses nevertheless,
// such as an organization that does not exist, Options.Refused is told.
func (r *Recorder) Store(ctx context.Context, e metrics.Event) (key string, err error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("record: store: %w", err)
	}
	own, size, err := copyOf(e)
	if err != nil {
		return "", err
	}
	answer := make(chan error, 1)
	key, err = r.enqueue(ctx, own, entry{size: size, answer: answer}, Block)
	if err != nil || r.sink == nil {
		return key, err
	}
	select {
	case err = <-answer:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return key, fmt.Errorf("record: store: %w", err)
	}
	return key, nil
}

func (r *Recorder) record(ctx context.Context, own metrics.Event, size int) (key string, err error) {
	return r.enqueue(ctx, own, entry{size: size}, r.o.WhenFull)
}

// enqueue gives an event of ours its key and puts it into the queue.
func (r *Recorder) enqueue(ctx context.Context, own metrics.Event, e entry, whenFull Policy) (key string, err error) {
	if r.o.Redact != nil {
		r.o.Redact(own)
	}
	origin := own.Provenance()
	if origin.EventKey == "" {
		if origin.EventKey, err = r.keys.next(); err != nil {
			return "", err
		}
	}
	key, e.event = origin.EventKey, own
	err = r.put(ctx, e, whenFull)
	if errors.Is(err, ErrTooLarge) {
		r.o.Refused(own, err)
	}
	return key, err
}

// put enters an event into the books and into the queue if there is room.
func (r *Recorder) put(ctx context.Context, e entry, whenFull Policy) error {
	r.mu.Lock()
	defer r.mu.Unlock()

	err := r.admit(ctx, e.size, whenFull)
	if errors.Is(err, ErrClosed) {
		return err
	}
	r.accept(&e)
	switch {
	case errors.Is(err, ErrTooLarge):
		r.settle(&e, &r.books.Refused, nil)
		return err
	case err != nil || r.sink == nil:
		r.settle(&e, &r.books.Dropped, nil)
		return err
	case r.o.Journal != nil:
		r.unlogged.push(e)
	default:
		r.ready.push(e)
	}
	r.start() //nolint:contextcheck // the goroutines outlive the call
	r.work.Broadcast()
	return nil
}

// admit returns nil when there is room for an event of a size, for which it may
// wait or drop others. The functions from here to Flush need r.mu, which wait
// gives back for a while.
func (r *Recorder) admit(ctx context.Context, size int, whenFull Policy) error {
	for {
		switch {
		case r.closed:
			return ErrClosed
		case size > r.o.MaxBytes:
			return fmt.Errorf("%w: %d bytes", ErrTooLarge, size)
		case r.sink == nil, r.inFlight() < r.o.MaxRecords && r.bytes+size <= r.o.MaxBytes:
			return nil
		case whenFull == Block:
			if err := r.wait(ctx); err != nil {
				return fmt.Errorf("%w: %w", ErrDropped, err)
			}
		case whenFull == DropOldest:
			if !r.dropOldest() {
				return ErrDropped
			}
		default:
			return ErrDropped
		}
	}
}

func (r *Recorder) dropOldest() bool {
	free := func(e *entry) bool { return !e.promised() }
	var (
		oldest entry
		found  bool
	)
	if r.o.Journal == nil || r.books.JournalErr != nil { // else all of ready is in the journal
		oldest, found = r.ready.remove(free)
	}
	if !found {
		oldest, found = r.unlogged.remove(free)
	}
	if found {
		r.settle(&oldest, &r.books.Dropped, nil)
	}
	return found
}

// accept enters an event into the books.
func (r *Recorder) accept(e *entry) {
	r.books.Accepted++
	r.bytes += e.size
	e.seq = r.books.Accepted
}

// settle enters into the books what has become of an event, under one of their
// counts, and answers the call that waits for it.
func (r *Recorder) settle(e *entry, count *int, answer error) {
	*count++
	r.bytes -= e.size
	if e.logged != nil {
		e.logged.live.Add(-1)
	}
	e.tell(answer)
	r.notify()
}

func (r *Recorder) inFlight() int {
	return r.unlogged.n + len(r.logging) + r.ready.n + len(r.writing)
}

// wait returns when something has changed, or with the error of ctx.
func (r *Recorder) wait(ctx context.Context) error {
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	changed := r.changed
	r.mu.Unlock()
	defer r.mu.Lock()

	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *Recorder) notify() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// Flush returns nil when the database has all events that were accepted before,
// but for those that were refused or dropped. Otherwise the error says how many
// are missing: when ctx ended, and at once when the database takes nothing for
// another than a passing reason. The recorder keeps trying.
func (r *Recorder) Flush(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()

	upTo, attempts := r.books.Accepted, r.attempts
	for {
		missing := r.pending(upTo)
		switch {
		case missing == 0:
			return nil
		case r.gaveUp != nil:
			return fmt.Errorf("record: flush: %d events not stored: %w", missing, r.failure(ErrClosed))
		case r.attempts > attempts && r.failing != nil:
			return fmt.Errorf("record: flush: %d events not stored yet: %w", missing, r.failing)
		}
		if err := r.wait(ctx); err != nil {
			return fmt.Errorf("record: flush: %d events not stored yet: %w", missing, r.failure(err))
		}
	}
}

// pending counts the events in flight among the first ones that were accepted.
func (r *Recorder) pending(upTo int) (n int) {
	for _, group := range [][]entry{r.logging, r.writing} {
		for i := range group {
			if group[i].seq <= upTo {
				n++
			}
		}
	}
	for _, q := range []*queue{&r.unlogged, &r.ready} {
		for i := range q.n {
			if q.at(i).seq <= upTo {
				n++
			}
		}
	}
	return n
}

// failure is an error with the reason why nothing was stored, if there is one.
func (r *Recorder) failure(err error) error {
	if r.books.Err != nil {
		return fmt.Errorf("%w, after: %w", err, r.books.Err)
	}
	return err
}

// Close accepts no further events and returns nil when all others are settled.
// When ctx ends first, Close gives up: the error says how many events were not
// stored. These are lost and count as dropped, but for those that are in the
// journal, where the next recorder finds them, and those in the hands of a
// database that does not answer; both stay in flight.
//
// Without a deadline Close waits for as long as the database fails. Closing
// again returns the same.
func (r *Recorder) Close(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()

	r.closed = true
	r.work.Broadcast()
	r.notify()
	if !r.started {
		r.end()
	}
	for !r.ended && r.gaveUp == nil {
		if err := r.wait(ctx); err != nil && !r.ended && r.gaveUp == nil {
			r.giveUp(err)
		}
	}
	// Most databases let go at once.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	for !r.ended && r.wait(ctx) == nil {
	}
	if n := r.lost + r.inFlight(); n > 0 {
		return fmt.Errorf("record: close: %d events not stored: %w", n, r.failure(r.gaveUp))
	}
	return nil
}

// grace is for how long Close, having given up, waits for the goroutines to end.
const grace = 100 * time.Millisecond

// giveUp ends the goroutines and drops what they have not begun with.
func (r *Recorder) giveUp(reason error) {
	r.gaveUp = reason
	r.cancel()
	for r.unlogged.n > 0 {
		r.lose(r.unlogged.pop())
	}
	for range r.ready.n {
		if e := r.ready.pop(); e.logged != nil {
			r.ready.push(e)
		} else {
			r.lose(e)
		}
	}
	r.work.Broadcast()
	r.notify()
}

func (r *Recorder) lose(e entry) {
	r.lost++
	r.settle(&e, &r.books.Dropped, ErrClosed)
}
