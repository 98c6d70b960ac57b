package ingest

import (
	"encoding/hex"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// repeats gives the events of one file their keys. Equal events of a file are
// counted, so that each has a key of its own, and the same one when the file
// is read again.
//
// It remembers 64 bits of each key. Two different events that share them would
// merely get another ordinal, the same at each import of the file.
type repeats struct {
	seen  map[uint64]struct{}
	again map[uint64]int // ordinal of the last one, of those that occur again
}

func newRepeats() *repeats {
	return &repeats{seen: map[uint64]struct{}{}, again: map[uint64]int{}}
}

// identify sets the key of an event.
func (r *repeats) identify(e metrics.Event) {
	key := e.ContentKey(0)
	print := fingerprint(key)
	if _, again := r.seen[print]; again {
		r.again[print]++
		key = e.ContentKey(r.again[print])
	} else {
		r.seen[print] = struct{}{}
	}
	e.Provenance().EventKey = key
}

func fingerprint(key string) (print uint64) {
	var b [8]byte
	_, _ = hex.Decode(b[:], []byte(key[:16])) // a key is hexadecimal
	for _, c := range b {
		print = print<<8 | uint64(c)
	}
	return print
}
