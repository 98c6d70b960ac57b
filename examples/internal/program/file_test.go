package program_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
)

func TestWriteFileKeepsTheOldOneUntilTheNewIsComplete(t *testing.T) {
	t.Parallel()

	path := filepath.Join(t.TempDir(), "new", "file.txt")
	text := func(s string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, _ = io.WriteString(w, s)
			return err
		}
	}
	require.NoError(t, program.WriteFile(path, text("first", nil)))
	broken := errors.New("broken")
	require.ErrorIs(t, program.WriteFile(path, text("half", broken)), broken)

	content, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "first", string(content))
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, left, 1)
}
