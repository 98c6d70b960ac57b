package ingest_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// slow is a sink that tells what it is given and waits until it may go on.
type slow struct {
	memory
	given chan int
	goOn  chan bool
}

func (s *slow) Insert(ctx context.Context, events []metrics.Event) (store.Receipt, error) {
	s.given <- len(events)
	<-s.goOn
	return s.memory.Insert(ctx, events)
}

const liveTest = `{"Time":"2026-01-31T12:00:00Z","Action":"pass","Package":"shop","Test":"Test%d"}` + "\n"

func TestLiveImportStoresWhatThereIs(t *testing.T) {
	t.Parallel()

	const waiting = 5
	sink := &slow{given: make(chan int), goOn: make(chan bool)}
	file, tests := io.Pipe()
	done := make(chan error)
	var receipt ingest.Receipt
	go func() {
		var err error
		receipt, err = ingest.Import(t.Context(), sink, ingest.File{Name: "pipe", Reader: file}, noon, ingest.Options{Format: ingest.GoTest, Live: true})
		done <- err
	}()
	write := func(text string) {
		_, err := io.WriteString(tests, text)
		require.NoError(t, err)
	}

	write(fmt.Sprintf(liveTest, 0))
	assert.Equal(t, 1, <-sink.given, "stored although the file goes on")
	for n := range waiting {
		write("no event\n" + fmt.Sprintf(liveTest, n+1))
	}
	write(`{"Time":"2026-01-31T12:00:01Z","Action":"pass","Package":"shop"}` + "\n")
	require.NoError(t, tests.Close())
	sink.goOn <- true
	rest := 0
	for ended := false; !ended; {
		select {
		case n := <-sink.given:
			rest += n
			sink.goOn <- true
		case err := <-done:
			require.NoError(t, err)
			ended = true
		}
	}
	assert.Equal(t, waiting+1, rest)
	requireSums(t, receipt)
	assert.Equal(t, waiting+2, receipt.Total().Stored)
	assert.Equal(t, waiting, receipt.PassedOver["lines that are no events of go test"])
}

func TestLiveImportIsTheSame(t *testing.T) {
	t.Parallel()

	var text strings.Builder
	for n := range 25_000 {
		fmt.Fprintf(&text, liveTest, n%1000)
	}
	text.WriteString(`{"Time":"2026-01-31T12:00:01Z","Action":"pass","Package":"shop"}` + "\n")
	var whole, live memory
	want := importText(t, &whole, text.String(), ingest.Options{})
	got := importText(t, &live, text.String(), ingest.Options{Live: true})
	assert.Equal(t, want, got)
	assert.Equal(t, whole.events, live.events)

	got = importText(t, &live, text.String(), ingest.Options{Live: true, Skip: 25_000})
	assert.Equal(t, 1, got.Total().Duplicate)
}
