package api_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
)

func ExampleHashPassword() {
	hash, err := api.HashPassword("correct horse", rand.Reader)
	if err != nil {
		panic(err)
	}
	fmt.Println(hash, hash.Verify("correct horse"), hash.Verify("wrong horse"))
	// Output: [hidden] <nil> api: wrong password
}

func TestPasswordsAreSalted(t *testing.T) {
	t.Parallel()

	first, err := api.HashPassword("same", rand.Reader)
	require.NoError(t, err)
	second, err := api.HashPassword("same", rand.Reader)
	require.NoError(t, err)
	assert.NotEqual(t, string(first), string(second))
	assert.True(t, strings.HasPrefix(string(first), "$argon2id$v=19$m=19456,t=2,p=1$"))
}

func TestNoPasswordIsNoPassword(t *testing.T) {
	t.Parallel()

	_, err := api.HashPassword("", rand.Reader)
	require.Error(t, err)
	_, err = api.HashPassword("x", strings.NewReader("short"))
	require.Error(t, err)
}

func FuzzVerify(f *testing.F) {
	f.Add("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA")
	f.Add("$argon2id$v=19$m=4294967295,t=4294967295,p=255$$")
	f.Add("$2b$12$abcdefghijklmnopqrstuv")
	f.Add("")
	f.Fuzz(func(t *testing.T, stored string) {
		if strings.Contains(stored, "m=") && !strings.Contains(stored, "m=8,") {
			return // real parameters cost real time
		}
		err := api.PasswordHash(stored).Verify("password")
		require.Error(t, err, "no stored text accepts a password that it was not made from")
	})
}
