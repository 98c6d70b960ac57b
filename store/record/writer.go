package record

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
)

const (
	maxGroup = 256 // events of a commit, so that other writers of SQLite get their turn

	// patience is how long an attempt may take: a connection that has died
	// without a word is found out in this way. The store repeats what fails for
	// half of it.
	patience = time.Minute

	firstPause = 10 * time.Millisecond  // after a failure, doubled after each further one
	lastPause  = 500 * time.Millisecond // at most
)

// start starts the goroutines, once.
func (r *Recorder) start() {
	if r.started {
		return
	}
	r.started = true
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(context.Background())
	if r.o.Journal != nil {
		go r.log()
	}
	go r.write(ctx)
}

// end is the last thing that happens to a recorder.
func (r *Recorder) end() {
	if r.ended {
		return
	}
	if r.o.Journal != nil {
		r.books.JournalErr = cmp.Or(r.o.Journal.Close(), r.books.JournalErr)
	}
	r.ended = true
	r.notify()
}

// write takes whatever is ready and stores it as a group, until the recorder is
// closed and empty or has given up.
func (r *Recorder) write(ctx context.Context) {
	defer r.cancel()

	var (
		limit  = maxGroup
		pause  = firstPause
		events = make([]metrics.Event, 0, maxGroup)
	)
	for {
		events = r.nextGroup(events[:0], limit)
		if len(events) == 0 {
			return
		}
		receipt, err := r.insert(ctx, events)
		n := len(events)
		clear(events)
		r.settleGroup(n, receipt, err)

		switch {
		case err == nil:
			limit, pause = maxGroup, firstPause
			continue
		case n > 1 && !passing(err) && !full(err):
			limit = n / 2 // perhaps a single event is at fault
			continue
		}
		select {
		case <-time.After(pause + rand.N(pause)): //nolint:gosec // processes that failed together must not try again together
		case <-ctx.Done():
		}
		pause = min(2*pause, lastPause)
	}
}

func (r *Recorder) insert(ctx context.Context, events []metrics.Event) (store.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	return r.sink.Insert(ctx, events)
}

// passing tells whether the same may succeed in a moment.
func passing(err error) bool {
	return errors.Is(err, store.ErrRetryable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// full tells whether the database takes nothing, whatever the event.
func full(err error) bool {
	return errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrReadOnly)
}

// final tells whether the same event will be refused again.
func final(err error) bool {
	return errors.Is(err, store.ErrInvalid) || errors.Is(err, store.ErrConflict)
}

// nextGroup waits for events, appends at most limit of them to events, and
// leaves them in r.writing. It returns none when there will be none.
func (r *Recorder) nextGroup(events []metrics.Event, limit int) []metrics.Event {
	r.mu.Lock()
	defer r.mu.Unlock()

	for len(r.writing) == 0 && r.ready.n == 0 && r.gaveUp == nil {
		if r.closed && r.unlogged.n == 0 && len(r.logging) == 0 {
			r.end()
			return nil
		}
		r.work.Wait()
	}
	if r.gaveUp != nil {
		r.abandon()
		return nil
	}
	if len(r.writing) == 0 {
		for r.ready.n > 0 && len(r.writing) < maxGroup {
			r.writing = append(r.writing, r.ready.pop())
		}
	}
	for i := range min(limit, len(r.writing)) {
		events = append(events, r.writing[i].event)
	}
	return events
}

// abandon loses what is left of the group, when the recorder has given up.
func (r *Recorder) abandon() {
	for _, e := range r.writing {
		if e.logged != nil {
			r.ready.push(e)
		} else {
			r.lose(e)
		}
	}
	r.writing = nil
	for len(r.logging) > 0 { // the journal must not be closed before it is synced
		r.work.Wait()
	}
	r.end()
}

// settleGroup enters into the books what has become of the first n events of
// the group. With an error, the receipt counts those that are settled
// nevertheless; the others are tried again.
func (r *Recorder) settleGroup(n int, receipt store.Receipt, err error) {
	total := receipt.Total()
	settled := n
	if err != nil {
		settled = min(n, total.Stored+total.Duplicate+total.Refused)
	}
	var refused []refusal

	r.mu.Lock()
	for i, refusals := 0, receipt.Refused; i < settled; i++ {
		e := &r.writing[i]
		if len(refusals) > 0 && refusals[0].Index == i {
			refused = append(refused, refusal{e.event, refusals[0].Err})
			r.settle(e, &r.books.Refused, refusals[0].Err)
			refusals = refusals[1:]
		} else {
			r.settle(e, &r.books.Stored, nil)
		}
	}
	r.books.Duplicates += total.Duplicate
	r.writing = slices.Delete(r.writing, 0, settled)

	alone := n == 1 && settled == 0 && !passing(err) && !full(err)
	if alone && r.gaveUp == nil {
		e := r.writing[0]
		r.writing = slices.Delete(r.writing, 0, 1)
		if e.suspect(r.books.Stored); final(err) || e.faults >= maxFaults {
			refused = append(refused, refusal{e.event, err})
			r.settle(&e, &r.books.Refused, err)
		} else {
			r.ready.push(e) // others first
		}
	}
	r.judge(err, alone)
	r.notify()
	r.mu.Unlock()

	r.report(refused)
}

// judge concludes from the outcome of an attempt how the database is. That one
// event failed alone says nothing: the next one may not. Those who wait are told
// only when it cannot have been the event.
func (r *Recorder) judge(err error, alone bool) {
	if alone && !final(err) {
		r.alone++
	} else {
		r.alone = 0
	}
	r.failing = nil
	if full(err) || r.alone > 1 {
		r.failing = err
		r.tellAll(err)
	}
	if err == nil || r.gaveUp == nil { // else Close has cut it off
		r.books.Err = err
	}
	r.attempts++
}

// refusal is an event that is not stored, and why.
type refusal struct {
	event metrics.Event
	err   error
}

func (r *Recorder) report(refused []refusal) {
	for _, f := range refused {
		r.o.Refused(f.event, f.err)
	}
}

// tellAll tells all calls that wait for the database that it fails.
func (r *Recorder) tellAll(err error) {
	for i := range r.writing {
		r.writing[i].tell(err)
	}
	for i := range r.ready.n {
		r.ready.at(i).tell(err)
	}
}
