package storetest_test

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// Some tests look at a test process from outside: they start this program again
// with one of its tests.
const (
	noServer = "STORETEST_NO_SERVER" // no PostgreSQL can be found
	waits    = "STORETEST_WAITS"     // TestThatWaits does
)

func TestMain(m *testing.M) {
	if os.Getenv(noServer) != "" {
		storetest.HideInstalled()
	}
	m.Run()
}

// testProcess runs one test of this program in another process.
func testProcess(t *testing.T, test string, env ...string) *exec.Cmd {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

func TestEachGivesFreshMigratedDatabases(t *testing.T) {
	t.Parallel()

	for range 5 {
		storetest.Each(t, func(t *testing.T, db *store.DB) {
			require.NoError(t, store.Check(t.Context(), db))
			_, err := db.ExecContext(t.Context(), "CREATE TABLE only_here (id bigint)")
			require.NoError(t, err)
		})
	}
}

func TestEmptyDatabases(t *testing.T) {
	t.Parallel()

	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite": storetest.SQLite, "postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			db, err := store.Open(t.Context(), fresh(t), store.Options{})
			require.NoError(t, err)
			require.ErrorIs(t, store.Check(t.Context(), db), store.ErrSchemaMissing)
			require.NoError(t, db.Close())
		})
	}
}

func TestWithoutPostgres(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		ci   string
		want string
	}{
		"on a laptop":         {"", "--- SKIP: TestEachGivesFreshMigratedDatabases/postgres"},
		"with CI set to that": {"false", "--- SKIP: TestEachGivesFreshMigratedDatabases/postgres"},
		"in CI":               {"true", "--- FAIL: TestEachGivesFreshMigratedDatabases/postgres"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			out, err := testProcess(t, "TestEachGivesFreshMigratedDatabases",
				noServer+"=1", "PATH=", "METRICS_TEST_POSTGRES=", "CI="+c.ci).CombinedOutput()
			assert.Equal(t, strings.Contains(c.want, "FAIL"), err != nil, "%s", out)
			assert.Contains(t, string(out), c.want)
			assert.Contains(t, string(out), "--- PASS: TestEachGivesFreshMigratedDatabases/sqlite")
			assert.Contains(t, string(out), "no PostgreSQL found, not tested on it: install its server")
		})
	}
}

func TestUnusableServerFailsWithoutShowingThePassword(t *testing.T) {
	t.Parallel()

	for name, dsn := range map[string]string{
		"nobody listens": "postgresql://ann:hunter2@127.0.0.1:1/postgres",
		"no address":     "ann:hunter2@127.0.0.1:1/postgres",
		"keys":           "host=127.0.0.1 password=hunter2",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			out, err := testProcess(t, "TestEmptyDatabases", "METRICS_TEST_POSTGRES="+dsn).CombinedOutput()
			require.Error(t, err, "%s", out)
			assert.NotContains(t, string(out), "hunter2")
		})
	}
}

func TestProcessesShareAServer(t *testing.T) {
	t.Parallel()

	address, err := url.Parse(storetest.Postgres(t))
	require.NoError(t, err)
	address.Path = "/postgres"
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			out, err := testProcess(t, "TestEachGivesFreshMigratedDatabases", "METRICS_TEST_POSTGRES="+address.String()).CombinedOutput()
			assert.NoError(t, err, "%s", out)
			assert.NotContains(t, string(out), "SKIP")
		})
	}
	wg.Wait()
}

// TestThatWaits is for TestServerEndsWithItsProcess.
func TestThatWaits(t *testing.T) {
	t.Parallel()

	if os.Getenv(waits) == "" {
		t.Skip("only in a process that another test starts")
	}
	fmt.Println("\nDSN", storetest.Postgres(t))
	select {}
}

func TestServerEndsWithItsProcess(t *testing.T) {
	t.Parallel()

	storetest.Postgres(t) // or skip
	cmd := testProcess(t, "TestThatWaits", waits+"=1", "METRICS_TEST_POSTGRES=")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())

	folder := ""
	for lines := bufio.NewScanner(stdout); folder == "" && lines.Scan(); {
		if dsn, ok := strings.CutPrefix(lines.Text(), "DSN "); ok {
			address, err := url.Parse(dsn)
			require.NoError(t, err)
			folder = address.Query().Get("host")
		}
	}
	if folder == "" {
		t.Skip("the server of these tests is not one of this machine's programs")
	}
	require.DirExists(t, folder, "where the server of the process lives")
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
	assert.Eventually(t, func() bool {
		_, err := os.Stat(folder)
		return os.IsNotExist(err)
	}, time.Minute, 20*time.Millisecond, "the server stops and its folder goes")
}
