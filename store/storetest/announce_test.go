package storetest_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// TestPostgresIsTested tells the person at the terminal what the run leaves
// out: go test shows nothing of what a passing package prints.
func TestPostgresIsTested(t *testing.T) {
	t.Parallel()

	t.Cleanup(func() {
		if !t.Skipped() {
			return
		}
		if terminal, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
			fmt.Fprintln(terminal, "\nLEFT OUT: all tests on PostgreSQL; install it (apt-get install postgresql) or set METRICS_TEST_POSTGRES.")
			_ = terminal.Close()
		}
	})
	storetest.Postgres(t)
}
