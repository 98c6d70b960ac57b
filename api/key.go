package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/big"
	"strings"
)

// Key is an API key in clear: fl_, 30 random characters and a checksum of 6. It is
// shown to its owner once, by Reveal, and never stored; everywhere else it
// prints as a placeholder.
type Key struct{ text string }

// KeyHash is what is stored of an API key: its first 8 characters, by which a
// person recognises it, a dot, and the sha256 of the whole in hexadecimal. It
// prints and marshals as a placeholder.
type KeyHash string

const (
	keyPrefix   = "fl_"
	keyRandom   = 30
	keyChecksum = 6
	base62      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// ErrKey is returned for text that is no API key: mistyped, cut or made up.
var ErrKey = errors.New("api: no API key")

// NewKey makes a key from random (crypto/rand.Reader).
func NewKey(random io.Reader) (Key, error) {
	var b strings.Builder
	b.WriteString(keyPrefix)
	for range keyRandom {
		i, err := rand.Int(random, big.NewInt(int64(len(base62))))
		if err != nil {
			return Key{}, fmt.Errorf("api: key: %w", err)
		}
		b.WriteByte(base62[i.Int64()])
	}
	return Key{b.String() + checksum(b.String())}, nil
}

// ParseKey accepts a key that [NewKey] made. It needs no database: a typing
// error fails by the checksum. It returns [ErrKey] and never repeats the text.
func ParseKey(text string) (Key, error) {
	const body = len(keyPrefix) + keyRandom
	if len(text) != body+keyChecksum || !strings.HasPrefix(text, keyPrefix) ||
		checksum(text[:body]) != text[body:] {
		return Key{}, ErrKey
	}
	return Key{text}, nil
}

// checksum writes the CRC-32 of a key in base 62.
func checksum(body string) string {
	sum := crc32.ChecksumIEEE([]byte(body))
	var b [keyChecksum]byte
	for i := range b {
		b[len(b)-1-i] = base62[sum%uint32(len(base62))]
		sum /= uint32(len(base62))
	}
	return string(b[:])
}

// Reveal returns the key in clear, for the one time that its owner sees it.
func (k Key) Reveal() string { return k.text }

// Hash returns what to store of the key, and to look it up by.
func (k Key) Hash() KeyHash {
	sum := sha256.Sum256([]byte(k.text))
	return KeyHash(k.text[:8] + "." + hex.EncodeToString(sum[:]))
}

// Format prints a placeholder for every verb.
func (k Key) Format(s fmt.State, _ rune) { writeHidden(s) }

// MarshalText returns a placeholder.
func (k Key) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// Format prints a placeholder for every verb.
func (h KeyHash) Format(s fmt.State, _ rune) { writeHidden(s) }

// MarshalText returns a placeholder.
func (h KeyHash) MarshalText() ([]byte, error) { return []byte(hidden), nil }
