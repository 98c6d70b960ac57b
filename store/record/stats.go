package record

// Stats are the books of a recorder. At every moment
//
//	Accepted = Stored + Refused + Dropped + InFlight
//
// holds. Accepted counts the events that were handed over while the recorder was
// open, those that a journal brought from before included.
type Stats struct {
	Accepted int
	Stored   int // in the database
	Refused  int // that will never be stored as they are; see Options.Refused
	Dropped  int // for want of room, or lost when Close gave up
	InFlight int // neither of these yet

	// Duplicates are those of Stored that the database had already: the event
	// was given twice, or its first commit had arrived although the connection
	// was lost.
	Duplicates int

	// Err is why the last attempt to store something failed, nil when it
	// succeeded. The recorder keeps trying.
	Err error

	// JournalErr is why the journal did not take the last group of events, nil
	// when it did or there is none. These events go to the database without.
	JournalErr error
}

// Stats returns the present state of the books.
func (r *Recorder) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()

	s := r.books
	s.InFlight = r.inFlight()
	return s
}
