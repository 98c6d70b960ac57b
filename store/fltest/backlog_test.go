package fltest_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store/fltest"
)

func TestBacklogBringsEverything(t *testing.T) {
	t.Parallel()

	l := fltest.NewBacklog()
	read := make(chan string)
	go func() {
		all, _ := io.ReadAll(l)
		read <- string(all)
	}()
	for range 1000 {
		l.Write([]byte("a line\n"))
	}
	l.End(false)
	assert.Equal(t, strings.Repeat("a line\n", 1000), <-read)
	l.Write([]byte("too late"))
	n, err := l.Read(make([]byte, 1))
	assert.Zero(t, n)
	assert.ErrorIs(t, err, io.EOF)
}

func TestBacklogThatIsFullSaysSo(t *testing.T) {
	t.Parallel()

	l := fltest.NewBacklog()
	half := make([]byte, fltest.MaxBacklog/2)
	for range 4 {
		l.Write(half) // and does not wait
	}
	all, err := io.ReadAll(l)
	require.ErrorContains(t, err, "did not keep up")
	assert.Len(t, all, fltest.MaxBacklog)
}

func TestBacklogThatNobodyReads(t *testing.T) {
	t.Parallel()

	l := fltest.NewBacklog()
	l.Write([]byte("before"))
	l.End(true)
	l.Write([]byte("after"))
	_, err := l.Read(make([]byte, 1))
	assert.ErrorIs(t, err, io.EOF)
}
