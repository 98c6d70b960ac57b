package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

const (
	hashStart = "[hmac-sha256:"
	hashEnd   = "]"
)

// hasher returns a function for the hash that is stored for a text. An empty
// text and a hash stay what they are. The key is in no field, where it could be
// printed.
func hasher(key []byte) func(text string) string {
	key = slices.Clone(key)
	return func(text string) string {
		if text == "" || isHash(text) {
			return text
		}
		h := hmac.New(sha256.New, key)
		_, _ = h.Write([]byte(text))
		return hashStart + hex.EncodeToString(h.Sum(nil)) + hashEnd
	}
}

func isHash(text string) bool {
	digits, found := strings.CutPrefix(text, hashStart)
	digits, ends := strings.CutSuffix(digits, hashEnd)
	if !found || !ends || len(digits) != hex.EncodedLen(sha256.Size) {
		return false
	}
	return strings.Trim(digits, "0123456789abcdef") == ""
}
