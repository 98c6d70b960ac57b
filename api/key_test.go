package api_test

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
)

func ExampleNewKey() {
	key, err := api.NewKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	again, err := api.ParseKey(key.Reveal())
	fmt.Println(key, len(key.Reveal()), again.Hash() == key.Hash(), err)
	// Output: [hidden] 39 true <nil>
}

func TestKeyFormAndHash(t *testing.T) {
	t.Parallel()

	key, err := api.NewKey(rand.Reader)
	require.NoError(t, err)
	assert.Regexp(t, regexp.MustCompile(`^fl_[0-9A-Za-z]{36}$`), key.Reveal())
	assert.Regexp(t, regexp.MustCompile(`^fl_[0-9A-Za-z]{5}\.[0-9a-f]{64}$`), string(key.Hash()))
	other, err := api.NewKey(rand.Reader)
	require.NoError(t, err)
	assert.NotEqual(t, key.Reveal(), other.Reveal())
}

func TestParseKeyFindsEveryTypingError(t *testing.T) {
	t.Parallel()

	key, err := api.NewKey(rand.Reader)
	require.NoError(t, err)
	text := key.Reveal()
	for i := range text {
		typo := []byte(text)
		if typo[i]++; typo[i] > 'z' {
			typo[i] = '0'
		}
		_, err := api.ParseKey(string(typo))
		assert.ErrorIs(t, err, api.ErrKey, "character %d", i)
	}
	for _, wrong := range []string{"", "fl_", text[:38], text + "x"} {
		_, err := api.ParseKey(wrong)
		assert.ErrorIs(t, err, api.ErrKey)
	}
}
