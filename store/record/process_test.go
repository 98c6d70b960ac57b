package record_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
)

// Tests that need several processes start this test program again, with a
// database to write to in the environment, and perhaps a journal.
const (
	writeDSN     = "RECORD_TEST_WRITE"
	writeJournal = "RECORD_TEST_JOURNAL"
)

var (
	kills = flag.Int("kills", 4, "how many processes TestKilledProcesses kills")
	share = flag.Duration("share", time.Second, "for how long TestProcessesShareAFile writes")
)

func TestMain(m *testing.M) {
	dsn := os.Getenv(writeDSN)
	if dsn == "" {
		os.Exit(m.Run())
	}
	if err := writeInProcess(dsn, os.Getenv(writeJournal)); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// writeInProcess stores events until standard input ends, and prints what each
// says once it is acknowledged.
func writeInProcess(dsn, journal string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, dsn, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()

	o := record.Options{WhenFull: record.Block}
	if journal != "" {
		if o.Journal, err = openJournalAt(journal); err != nil {
			return err
		}
		for _, damage := range o.Journal.Damage() {
			return fmt.Errorf("damage: %+v", damage)
		}
	}
	r := record.New(db, o)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				message := fmt.Sprintf("%d-%d-%d", os.Getpid(), i, n)
				if _, err := r.Record(ctx, bug("forgotten "+message)); err != nil {
					fmt.Println("error:", err)
				}
				if _, err := r.Store(ctx, bug(message)); err != nil {
					fmt.Println("error:", err)
					continue
				}
				fmt.Println(message)
			}
		})
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	close(stop)
	writers.Wait()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return r.Close(ctx)
}

// writingProcess is a process that stores events.
type writingProcess struct {
	cmd          *exec.Cmd
	stdin        io.Closer
	done         chan struct{}
	acknowledged []string
	errors       []string
}

func startWriting(t *testing.T, dsn, journal string) *writingProcess {
	t.Helper()

	p := &writingProcess{done: make(chan struct{})}
	p.cmd = exec.CommandContext(t.Context(), os.Args[0])
	p.cmd.Env = append(os.Environ(), writeDSN+"="+dsn, writeJournal+"="+journal)
	p.cmd.Stderr = os.Stderr
	var err error
	p.stdin, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	output, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.done)
		in := bufio.NewReader(output)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "error:") {
				p.errors = append(p.errors, line)
			} else {
				p.acknowledged = append(p.acknowledged, line)
			}
		}
	}()
	return p
}

// stop lets the process end as it should.
func (p *writingProcess) stop(t *testing.T) {
	t.Helper()

	require.NoError(t, p.stdin.Close())
	<-p.done
	require.NoError(t, p.cmd.Wait(), "%v", p.errors)
}

// kill gives the process no chance.
func (p *writingProcess) kill(t *testing.T) {
	t.Helper()

	require.NoError(t, p.cmd.Process.Kill())
	<-p.done
	var exit *exec.ExitError
	require.ErrorAs(t, p.cmd.Wait(), &exit)
	require.False(t, exit.Exited(), "ended before it was killed: %v", p.errors)
}

// TestKilledProcesses kills processes that write to one file, of which every
// second one has a journal. The full run is
//
//	go test ./store/record -run TestKilledProcesses -kills 200
func TestKilledProcesses(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	dsn := filepath.Join(folder, "feedback.db")
	db := migrated(t, dsn, store.Options{})
	journals := []string{"", filepath.Join(folder, "a.journal"), "", filepath.Join(folder, "b.journal")}

	var (
		processes    []*writingProcess
		acknowledged []string
	)
	for _, journal := range journals {
		processes = append(processes, startWriting(t, dsn, journal))
	}
	for range *kills {
		time.Sleep(rand.N(400 * time.Millisecond))
		i := rand.N(len(processes))
		processes[i].kill(t)
		assert.Empty(t, processes[i].errors)
		acknowledged = append(acknowledged, processes[i].acknowledged...)
		processes[i] = startWriting(t, dsn, journals[i])
	}
	for _, p := range processes {
		p.kill(t)
		assert.Empty(t, p.errors)
		acknowledged = append(acknowledged, p.acknowledged...)
	}
	replayed := 0
	for _, path := range journals {
		if path != "" {
			r := record.New(db, record.Options{Journal: openJournal(t, path)})
			require.NoError(t, r.Close(t.Context()))
			replayed += r.Stats().Stored - r.Stats().Duplicates
		}
	}
	stored := requireAll(t, db, acknowledged)
	requireIntegrity(t, db)
	t.Logf("%d kills: %d acknowledged, 0 lost; %d stored, 0 twice, the last %d of them out of the journals", *kills+len(processes), len(acknowledged), stored, replayed)
}

// requireAll requires that all messages are stored, and none twice. It returns
// how many there are in all.
func requireAll(t *testing.T, db *store.DB, acknowledged []string) int {
	t.Helper()

	require.NotEmpty(t, acknowledged)
	var messages []string
	require.NoError(t, db.NewSelect().Model((*metrics.Bug)(nil)).Column("error").Scan(t.Context(), &messages))
	stored := make(map[string]bool, len(messages))
	for _, message := range messages {
		require.False(t, stored[message], "%s is stored twice", message)
		stored[message] = true
	}
	for _, message := range acknowledged {
		require.True(t, stored[message], "%s was acknowledged and is lost", message)
	}
	return len(stored)
}

// TestProcessesShareAFile lets processes write to one file for a while, where
// each must get its turn. The full run is
//
//	go test ./store/record -run TestProcessesShareAFile -share 30s
func TestProcessesShareAFile(t *testing.T) {
	t.Parallel()

	dsn := filepath.Join(t.TempDir(), "feedback.db")
	db := migrated(t, dsn, store.Options{})
	var processes []*writingProcess
	for range 4 {
		processes = append(processes, startWriting(t, dsn, ""))
	}
	time.Sleep(*share)
	var acknowledged []string
	var counts []int
	for _, p := range processes {
		require.NoError(t, p.stdin.Close())
	}
	for _, p := range processes {
		<-p.done
		require.NoError(t, p.cmd.Wait())
		assert.Empty(t, p.errors)
		acknowledged = append(acknowledged, p.acknowledged...)
		counts = append(counts, len(p.acknowledged))
	}
	requireAll(t, db, acknowledged)
	requireIntegrity(t, db)
	t.Logf("acknowledged by each process: %v", counts)
	if *share < 10*time.Second {
		return // too short for everybody's turn
	}
	assert.GreaterOrEqual(t, 10*slices.Min(counts), slices.Max(counts))
}
