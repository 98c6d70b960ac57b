package record

import (
	"slices"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// log writes whatever is queued to the journal as a group, until the recorder is
// closed. When the journal takes nothing, events go on to the database without.
func (r *Recorder) log() {
	var lines []byte
	for {
		group := r.nextToLog()
		if len(group) == 0 {
			return
		}
		var (
			file    *journalFile
			invalid = make([]error, len(group))
			err     error
		)
		lines = lines[:0]
		for i := range group {
			e := group[i].event
			metrics.Complete(e)
			if invalid[i] = e.Validate(); invalid[i] == nil {
				if lines, err = appendLine(lines, e); err != nil {
					break
				}
			}
		}
		if err == nil {
			file, err = r.o.Journal.write(lines)
		}
		for i, err := range invalid {
			if err != nil {
				r.o.Refused(group[i].event, err) // before Close can know of it
			}
		}
		r.settleLogged(invalid, file, err)
	}
}

// nextToLog waits for events and leaves them in r.logging. It returns none when
// there will be none.
func (r *Recorder) nextToLog() []entry {
	r.mu.Lock()
	defer r.mu.Unlock()

	for r.unlogged.n == 0 {
		if r.closed {
			return nil
		}
		r.work.Wait()
	}
	for r.unlogged.n > 0 && len(r.logging) < maxGroup {
		r.logging = append(r.logging, r.unlogged.pop())
	}
	return r.logging
}

// settleLogged passes the group on to the database, without the events that are
// invalid.
func (r *Recorder) settleLogged(invalid []error, file *journalFile, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()

	for i, e := range r.logging {
		switch {
		case invalid[i] != nil:
			r.settle(&e, &r.books.Refused, invalid[i])
			continue
		case err == nil:
			e.logged = file
			file.live.Add(1)
			e.tell(nil)
		case r.gaveUp != nil:
			r.lose(e)
			continue
		}
		r.ready.push(e)
	}
	r.logging = slices.Delete(r.logging, 0, len(r.logging))
	r.books.JournalErr = err
	r.work.Broadcast()
	r.notify()
}
