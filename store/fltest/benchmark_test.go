package fltest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store/storetest"
)

const thousandHead = `package thousand

import (
	"crypto/sha256"
	"os"
	"testing"

	"github.com/doronpers/feedback-loop-go/store/fltest"
)

func TestMain(m *testing.M) {
	fltest.Main(m, os.Getenv("METRICS_DB_URI"), fltest.Options{})
}

func work(t *testing.T) {
	var sum [32]byte
	for range 20_000 {
		sum = sha256.Sum256(sum[:])
	}
	t.Log(sum[0])
}
`

// What recording adds to a package of 1,000 tests of about 2 ms each, as a share
// of the time without it, both the shortest one of all rounds. Compiling and
// linking are part of neither.
func BenchmarkThousandTests(b *testing.B) {
	thousand := buildThousand(b)
	dsns := map[string]string{"none": "", "sqlite": storetest.SQLite(b), "postgres": storetest.Postgres(b)}
	took, worked := map[string]time.Duration{}, map[string]time.Duration{}
	for b.Loop() {
		for name, dsn := range dsns { // in turn, so that other load hits all of them
			cmd := exec.CommandContext(b.Context(), thousand)
			cmd.Env = append(os.Environ(), "METRICS_DB_URI="+dsn)
			started := time.Now()
			out, err := cmd.CombinedOutput()
			shorten(took, name, time.Since(started))
			require.NoError(b, err)
			require.Equal(b, "PASS\n", string(out))
			shorten(worked, name, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
		}
	}
	b.ReportMetric(0, "ns/op") // of all three
	for name := range dsns {
		b.ReportMetric(float64(took[name].Milliseconds()), name+"-ms")
		b.ReportMetric(float64(worked[name].Milliseconds()), name+"-cpu-ms")
		if name != "none" {
			b.ReportMetric(100*(float64(took[name])/float64(took["none"])-1), name+"-overhead-%")
		}
	}
}

func shorten(shortest map[string]time.Duration, name string, d time.Duration) {
	if known, ok := shortest[name]; !ok || d < known {
		shortest[name] = d
	}
}

// buildThousand builds a package that exists in an overlay only.
func buildThousand(b *testing.B) string {
	b.Helper()

	var source strings.Builder
	source.WriteString(thousandHead)
	for n := range 1000 {
		fmt.Fprintf(&source, "\nfunc Test%03d(t *testing.T) { work(t) }\n", n)
	}
	dir := b.TempDir()
	file, overlay, program := filepath.Join(dir, "thousand_test.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "thousand.test")
	require.NoError(b, os.WriteFile(file, []byte(source.String()), 0o600))
	folder, err := filepath.Abs(filepath.Join("testdata", "thousand"))
	require.NoError(b, err)
	replaced, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(folder, "thousand_test.go"): file}})
	require.NoError(b, err)
	require.NoError(b, os.WriteFile(overlay, replaced, 0o600))
	out, err := exec.CommandContext(b.Context(), "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, "./testdata/thousand").CombinedOutput()
	require.NoError(b, err, string(out))
	return program
}
