//go:build unix

package record_test

import (
	"flag"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
)

var restarts = flag.Int("restarts", 2, "how often TestRestartedServer restarts PostgreSQL")

// TestRestartedServer restarts PostgreSQL while processes write to it, in turns
// in the way that ends all transactions and in the way that ends like a crash.
// The full run is
//
//	go test ./store/record -run TestRestartedServer -restarts 20
func TestRestartedServer(t *testing.T) {
	t.Parallel()

	server := startServer(t)
	db := migrated(t, server.dsn, store.Options{})
	journals := []string{"", filepath.Join(t.TempDir(), "journal"), "", ""}
	var processes []*writingProcess
	for _, journal := range journals {
		processes = append(processes, startWriting(t, server.dsn, journal))
	}
	for i := range *restarts {
		time.Sleep(time.Second)
		server.control(t, "restart", []string{"fast", "immediate"}[i%2])
	}
	time.Sleep(time.Second)

	var acknowledged []string
	for _, p := range processes {
		p.stop(t)
		assert.Empty(t, p.errors)
		acknowledged = append(acknowledged, p.acknowledged...)
	}
	r := record.New(db, record.Options{Journal: openJournal(t, journals[1])})
	require.NoError(t, r.Close(t.Context()))
	assert.Zero(t, r.Stats().Accepted, "all were stored when the processes ended")
	stored := requireAll(t, db, acknowledged)
	assert.Equal(t, 2*len(acknowledged), stored, "beside each of these there is a forgotten one")
	t.Logf("%d restarts: %d acknowledged, 0 lost; %d stored, 0 twice", *restarts, len(acknowledged), stored)
}

// ownServer is a PostgreSQL that no other test uses.
type ownServer struct {
	programs string
	folder   string
	dsn      string
	attr     *syscall.SysProcAttr
}

func startServer(t *testing.T) *ownServer {
	t.Helper()

	programs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if pgCtl, err := exec.LookPath("pg_ctl"); err == nil {
		programs = append(programs, filepath.Dir(pgCtl))
	}
	if len(programs) == 0 {
		t.Skip("no PostgreSQL to restart")
	}
	folder, err := os.MkdirTemp("", "record-postgres-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	s := &ownServer{programs: slices.Max(programs), folder: folder}
	if os.Getuid() == 0 { // PostgreSQL refuses to run as root
		s.attr = asPostgres(t)
		require.NoError(t, os.Chown(folder, int(s.attr.Credential.Uid), -1))
	}

	// The port stays the server's, however often it restarts.
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(free.Addr().String())
	require.NoError(t, err)
	require.NoError(t, free.Close())

	s.run(t, "initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	settings := "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nport = " + port + "\n"
	config, err := os.OpenFile(filepath.Join(s.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = config.WriteString(settings)
	require.NoError(t, err)
	require.NoError(t, config.Close())
	s.run(t, "pg_ctl", "start", "-w", "-D", s.data(), "-l", filepath.Join(folder, "log"))
	t.Cleanup(func() { s.control(t, "stop", "immediate") })
	s.dsn = "postgresql://postgres@127.0.0.1:" + port + "/postgres"
	return s
}

func (s *ownServer) data() string { return filepath.Join(s.folder, "data") }

func (s *ownServer) control(t *testing.T, action, mode string) {
	t.Helper()

	s.run(t, "pg_ctl", action, "-w", "-m", mode, "-D", s.data(), "-l", filepath.Join(s.folder, "log"))
}

func (s *ownServer) run(t *testing.T, program string, args ...string) {
	t.Helper()

	cmd := exec.Command(filepath.Join(s.programs, program), args...)
	cmd.Dir = s.folder
	cmd.SysProcAttr = s.attr
	// A file, because the server keeps it open.
	output, err := os.OpenFile(filepath.Join(s.folder, "output"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer output.Close()
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Run(); err != nil {
		log, _ := os.ReadFile(output.Name())
		require.NoError(t, err, "%s: %s", program, log)
	}
}

func asPostgres(t *testing.T) *syscall.SysProcAttr {
	t.Helper()

	other, err := user.Lookup("postgres")
	require.NoError(t, err)
	uid, err := strconv.ParseUint(other.Uid, 10, 32)
	require.NoError(t, err)
	gid, err := strconv.ParseUint(other.Gid, 10, 32)
	require.NoError(t, err)
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
}
