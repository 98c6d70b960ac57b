package ingest

import (
	"bytes"
	"encoding/hex"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// repeats gives the events of one file their keys. Equal events of a file are
// counted, so that each has a key of its own, and the same one when the file
// is read again.
//
// Of each key it remembers 64 bits. Two different events that share them would
// merely get another ordinal, the same at each import of the file.
type repeats struct {
	seen  fingerprints
	again map[fingerprint]int // ordinal of the last one, of events that repeat
}

func newRepeats() *repeats {
	return &repeats{again: map[fingerprint]int{}}
}

// identify sets the key of an event.
func (r *repeats) identify(e metrics.Event) {
	key := e.ContentKey(0)
	var f fingerprint
	_, _ = hex.Decode(f[:], []byte(key[:2*len(f)])) // a key is hexadecimal
	if !r.seen.add(f) {
		r.again[f]++
		key = e.ContentKey(r.again[f])
	}
	e.Provenance().EventKey = key
}

// fingerprint is the beginning of a key.
type fingerprint [8]byte

// fingerprints is a set that takes about 7 bytes for each of millions of
// elements, where a map would take 20: those that begin with the same 2 bytes
// stand one after the other without them.
type fingerprints [1 << 16][]byte

// add returns false if f is in the set already.
func (s *fingerprints) add(f fingerprint) bool {
	const length = len(f) - 2
	row := &s[int(f[0])<<8|int(f[1])]
	rest := f[2:]
	for at := 0; at < len(*row); at += length {
		if bytes.Equal((*row)[at:at+length], rest) {
			return false
		}
	}
	*row = append(*row, rest...)
	return true
}
