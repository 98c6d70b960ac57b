package record

import (
	"encoding/hex"
	"fmt"
	"io"
	"sync"
)

const (
	keyBytes = 32 // two hexadecimal characters each
	manyKeys = 32
)

// keys makes random event keys, many at once: one by one they would cost a
// system call and an allocation each.
type keys struct {
	random io.Reader

	mu    sync.Mutex
	ready string // keys that were not given out yet, one after the other
}

func (k *keys) next() (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()

	if k.ready == "" {
		var b [manyKeys * keyBytes]byte
		if _, err := io.ReadFull(k.random, b[:]); err != nil {
			return "", fmt.Errorf("record: make an event key: %w", err)
		}
		k.ready = hex.EncodeToString(b[:])
	}
	key := k.ready[:2*keyBytes]
	k.ready = k.ready[2*keyBytes:]
	return key, nil
}
