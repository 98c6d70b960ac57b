package bench_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

const (
	// maxMemory is what an import may take of any file, in MiB.
	maxMemory = 192

	// eachRecord is how much of that a further record may take, in MiB. To
	// tell repeats, an import remembers a few bytes of each.
	eachRecord = 32.0 / (1 << 20)
)

func TestPeakMemoryOfImports(t *testing.T) {
	t.Parallel()

	for name, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			once := peakMemory(t, database(t), writeFile(t, *count))
			tenfold := peakMemory(t, database(t), writeFile(t, 10**count))
			t.Logf("%d records: %.0f MiB, %d records: %.0f MiB", *count, once, 10**count, tenfold)
			assert.Less(t, tenfold, float64(maxMemory))
			if *count >= 100_000 { // else the cache of SQLite is not full yet
				assert.Less(t, tenfold-once, 9*float64(*count)*eachRecord)
			}
		})
	}
}

// peakMemory imports a file in a process of its own and returns the most memory
// that it took, in MiB.
func peakMemory(t *testing.T, dsn, path string) float64 {
	t.Helper()

	if _, err := os.Stat("/proc/self/status"); err != nil {
		t.Skip("the peak of a process is only known on Linux")
	}
	program, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), importVariable+"="+dsn+" "+path)
	cmd.Stderr = os.Stderr
	output, err := cmd.Output()
	require.NoError(t, err)
	kib, err := strconv.ParseFloat(strings.TrimSpace(string(output)), 64)
	require.NoError(t, err)
	return kib / 1024
}

// importVariable makes this program import a file into a database instead of
// testing anything.
const importVariable = "BENCH_IMPORT"

func TestMain(m *testing.M) {
	task, ok := os.LookupEnv(importVariable)
	if !ok {
		os.Exit(m.Run())
	}
	dsn, path, _ := strings.Cut(task, " ")
	if err := importIn(context.Background(), dsn, path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// importIn imports a file and prints the peak of this process in KiB.
func importIn(ctx context.Context, dsn, path string) error {
	db, err := store.Open(ctx, dsn, store.Options{Bulk: true})
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx, db); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	if _, err := ingest.Import(ctx, db, ingest.File{Name: path, Reader: file}, time.Now(), ingest.Options{}); err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	peak := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(status)
	fmt.Println(string(peak[1]))
	return db.Close()
}
