package e2e_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

// server is a running Superset whose only user is admin, with the password admin.
type server struct {
	url  string // without a slash at the end
	home string // holds superset.db, its metadata
}

// startSuperset runs a Superset of its own for the test, with nothing imported.
// An SQLite metadata database takes a table name once, so the two bundles of one
// dashboard, over SQLite and over PostgreSQL, need a server each.
func startSuperset(t *testing.T) server {
	t.Helper()

	install := environment(t, "FEEDBACK_LOOP_SUPERSET")
	home := t.TempDir()
	template, err := os.ReadFile(filepath.Join(install, "template", "superset.db"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(home, "superset.db"), template, 0o600))

	// The server inherits a socket that already listens: no port is guessed, and
	// a request made too early waits instead of being refused.
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	url := "http://" + listener.Addr().String()
	socket, err := listener.(*net.TCPListener).File()
	require.NoError(t, err)
	require.NoError(t, listener.Close())

	log, err := os.Create(artifact(t, "superset.log"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = log.Close() })

	command := exec.Command(filepath.Join(install, "venv", "bin", "gunicorn"),
		"--workers", "1", "--worker-class", "gthread", "--threads", "8", "--timeout", "180",
		"--limit-request-line", "0", "--limit-request-field_size", "0",
		"--bind", "fd://3", "superset.app:create_app()")
	command.ExtraFiles = []*os.File{socket}
	command.Stdout, command.Stderr = log, log
	command.Dir = home
	command.Env = append(os.Environ(),
		"SUPERSET_HOME="+home,
		"SUPERSET_CONFIG_PATH="+filepath.Join(install, "superset_config.py"),
		"PYTHONUNBUFFERED=1",
	)
	require.NoError(t, command.Start())
	require.NoError(t, socket.Close())
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	})

	s := server{url: url, home: home}
	s.waitUntilHealthy(t)

	return s
}

func (s server) waitUntilHealthy(t *testing.T) {
	t.Helper()

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/health", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err, "Superset did not start; its log is %s", artifact(t, "superset.log"))
	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, "OK", string(body))
}

// client talks to the server as its user.
func (s server) client(t *testing.T) *superset.Client {
	t.Helper()

	client, err := superset.Login(t.Context(), s.url, "admin", "admin", superset.ClientOptions{})
	require.NoError(t, err)

	return client
}
