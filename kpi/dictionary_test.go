package kpi_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
)

// marker is what the dictionary follows in the README.
var marker = []byte("<!-- Written by the tests with -update. -->\n\n")

func TestReadmeHoldsTheDictionary(t *testing.T) {
	t.Parallel()

	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	before, _, ok := bytes.Cut(readme, marker)
	require.True(t, ok, "README.md has lost the marker of the dictionary")
	want := bytes.NewBuffer(append(bytes.Clone(before), marker...))
	require.NoError(t, kpi.WriteDictionary(want))
	golden(t, "README.md", want.Bytes())
}

func TestDictionaryErrorsAreReturned(t *testing.T) {
	t.Parallel()

	require.ErrorIs(t, kpi.WriteDictionary(full{}), errFull)
}
