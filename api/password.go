package api

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
)

// PasswordHash is a password as it is stored: the argon2id hash of it with its
// parameters, in PHC string format. It prints and marshals as a placeholder;
// only drivers see the text.
type PasswordHash string

// The parameters of new hashes, after the recommendation of OWASP's password
// storage cheat sheet for argon2id.
const (
	argonMemory  = 19456 // KiB
	argonTime    = 2
	argonThreads = 1
	saltBytes    = 16
	hashBytes    = 32
)

// ErrPassword is returned for a password that does not fit its hash.
var ErrPassword = errors.New("api: wrong password")

// errHash is returned for a stored hash that is none.
var errHash = errors.New("api: password hash: unknown form")

// hashing bounds how many hashes are computed at once: each takes 19 MiB.
var hashing = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))

// HashPassword returns the hash to store for a password, with a salt from
// random (crypto/rand.Reader). An empty password is refused.
func HashPassword(password string, random io.Reader) (PasswordHash, error) {
	if password == "" {
		return "", errors.New("api: password must not be empty")
	}
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return "", fmt.Errorf("api: salt: %w", err)
	}
	sum := argonSum(password, salt, argonTime, argonMemory, argonThreads, hashBytes)
	encode := base64.RawStdEncoding.EncodeToString
	return PasswordHash(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, argonMemory, argonTime, argonThreads, encode(salt), encode(sum))), nil
}

// Verify returns nil when the password fits, [ErrPassword] when it does not,
// and another error when h is no argon2id hash.
func (h PasswordHash) Verify(password string) error {
	parts := strings.Split(string(h), "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return errHash
	}
	var version int
	var memory, rounds uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &rounds, &threads); err != nil {
		return errHash
	}
	// A hash from outside must not make us compute for minutes.
	if memory == 0 || memory > 16*argonMemory || rounds == 0 || rounds > 64 || threads == 0 {
		return errHash
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	want, wantErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || wantErr != nil || len(want) < 16 {
		return errHash
	}
	got := argonSum(password, salt, rounds, memory, threads, uint32(len(want)))
	if subtle.ConstantTimeCompare(got, want) != 1 {
		return ErrPassword
	}
	return nil
}

func argonSum(password string, salt []byte, rounds, memory uint32, threads uint8, length uint32) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, rounds, memory, threads, length)
}

// Format prints a placeholder for every verb.
func (h PasswordHash) Format(s fmt.State, _ rune) { writeHidden(s) }

// MarshalText returns a placeholder.
func (h PasswordHash) MarshalText() ([]byte, error) { return []byte(hidden), nil }
