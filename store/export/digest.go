package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/uptrace/bun"
)

// Digest is the SHA-256, in hexadecimal, of what [WriteJSONLines] writes. Two
// databases have the same digest when they hold the same events, be they SQLite
// or PostgreSQL.
func Digest(ctx context.Context, db bun.IDB, o Options) (string, error) {
	hash := sha256.New()
	if err := WriteJSONLines(ctx, db, hash, o); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
