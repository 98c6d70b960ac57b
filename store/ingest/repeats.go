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
	return &repeats{seen: fingerprints{}, again: map[fingerprint]int{}}
}

// identify sets the key of an event that has none. Its content key may be known
// already; else it is empty.
func (r *repeats) identify(e metrics.Event, content string) {
	if e.Provenance().EventKey != "" {
		return
	}
	key := content
	if key == "" {
		key = e.ContentKey(0)
	}
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

// fingerprints is a set that takes about 8 bytes for each of millions of
// elements, a third of what a plain map would: those that begin with the same
// 2 bytes stand one after the other without them.
type fingerprints map[[2]byte][]byte

// add returns false if f is in the set already.
func (s fingerprints) add(f fingerprint) bool {
	first, rest := [2]byte(f[:2]), f[2:]
	row := s[first]
	for at := 0; at < len(row); at += len(rest) {
		if bytes.Equal(row[at:at+len(rest)], rest) {
			return false
		}
	}
	if len(row)+len(rest) > cap(row) { // append would double it
		row = append(make([]byte, 0, len(row)+len(row)/8+len(rest)), row...)
	}
	s[first] = append(row, rest...)
	return true
}
